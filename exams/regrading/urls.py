"""Marking questions of exams anew."""

from django.urls import path

from exams.regrading import views

app_name = "regrading"
urlpatterns = [
    path("regrades/", views.index, name="index"),
    path("regrades/exams/<uuid:public_id>/", views.choose, name="choose"),
    path("regrades/exams/<uuid:public_id>/<uuid:question_id>/<int:number>/", views.new, name="new"),
    path("regrades/questions/<uuid:public_id>/", views.of_question, name="of_question"),
    path("regrades/practice/<uuid:question_id>/<int:number>/", views.new_of_practice, name="new_of_practice"),
    path("regrades/<uuid:public_id>/", views.detail, name="detail"),
    path("regrades/<uuid:public_id>/export/", views.export, name="export"),
]
