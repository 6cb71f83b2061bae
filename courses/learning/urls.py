"""My learning and the lesson room."""

from django.urls import path, re_path

from courses.learning import views

app_name = "learning"
urlpatterns = [
    path("", views.home, name="home"),
    path("courses/", views.courses, name="courses"),
    re_path(r"^courses/(?P<slug>[-\w]+)/$", views.course, name="course"),
    re_path(r"^courses/(?P<slug>[-\w]+)/begin/$", views.begin, name="begin"),
    path("lessons/<uuid:public_id>/", views.lesson, name="lesson"),
    path("lessons/<uuid:public_id>/progress/", views.progress, name="progress"),
    path("lessons/<uuid:public_id>/complete/", views.complete, name="complete"),
    path("lessons/<uuid:public_id>/quiz/", views.quiz, name="quiz"),
    path("lessons/<uuid:public_id>/notes/", views.add_note, name="add_note"),
    path("notes/", views.notes, name="notes"),
    path("notes/<uuid:public_id>/", views.note, name="note"),
    path("notes/<uuid:public_id>/delete/", views.delete_note, name="delete_note"),
]
