"""Statistics of exams."""

from django.urls import path

from exams.figures import views, weak_views

app_name = "figures"
urlpatterns = [
    path("weak-topics/", weak_views.weak_topics, name="weak_topics"),
    path("statistics/", views.index, name="index"),
    path("statistics/<uuid:public_id>/", views.exam, name="exam"),
    path("statistics/<uuid:public_id>/export/", views.export, name="export"),
    path("statistics/<uuid:public_id>/<uuid:question_id>/<int:number>/", views.question, name="question"),
]
