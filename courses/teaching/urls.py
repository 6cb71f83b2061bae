"""The instructor's desk."""

from django.urls import path

from courses.teaching import course_views, lesson_views, views

app_name = "teaching"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("courses/", views.courses, name="courses"),
    path("courses/new/", views.create, name="create"),
    path("courses/<uuid:public_id>/", course_views.outline, name="course"),
    path("courses/<uuid:public_id>/settings/", course_views.settings, name="settings"),
    path("courses/<uuid:public_id>/publish/", course_views.publish, name="publish"),
    path("courses/<uuid:public_id>/withdraw/", course_views.withdraw, name="withdraw"),
    path("courses/<uuid:public_id>/copy/", course_views.copy, name="copy"),
    path("courses/<uuid:public_id>/order/", course_views.order, name="order"),
    path("courses/<uuid:public_id>/move/", course_views.move, name="move"),
    path("courses/<uuid:public_id>/roster/", course_views.roster, name="roster"),
    path("courses/<uuid:public_id>/roster.xlsx", course_views.roster_file, name="roster_file"),
    path("courses/<uuid:public_id>/chapters/", course_views.add_chapter, name="add_chapter"),
    path("chapters/<uuid:public_id>/", course_views.chapter, name="chapter"),
    path("chapters/<uuid:public_id>/delete/", course_views.delete_chapter, name="delete_chapter"),
    path("chapters/<uuid:public_id>/lessons/", lesson_views.add, name="add_lesson"),
    path("lessons/<uuid:public_id>/", lesson_views.edit, name="lesson"),
    path("lessons/<uuid:public_id>/publish/", lesson_views.publish, name="publish_lesson"),
    path("lessons/<uuid:public_id>/remove/", lesson_views.remove, name="remove_lesson"),
    path("lessons/<uuid:public_id>/restore/", lesson_views.restore, name="restore_lesson"),
    path("lessons/<uuid:public_id>/film/", lesson_views.film, name="film"),
    path("lessons/<uuid:public_id>/film/state/", lesson_views.film_state, name="film_state"),
    path("lessons/<uuid:public_id>/film/again/", lesson_views.film_again, name="film_again"),
    path("lessons/<uuid:public_id>/captions/", lesson_views.captions, name="captions"),
    path("lessons/<uuid:public_id>/file/", lesson_views.file, name="file"),
    path("lessons/<uuid:public_id>/questions/", lesson_views.questions, name="questions"),
]
