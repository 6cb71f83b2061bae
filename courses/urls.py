"""The catalogue and course pages."""

from django.urls import path, re_path

from courses import views

app_name = "courses"
# Addresses may hold Chinese, so they are not Django's ASCII slugs.
SLUG = r"[-\w]+"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    re_path(rf"^instructors/(?P<slug>{SLUG})/$", views.instructor, name="instructor"),
    re_path(rf"^(?P<slug>{SLUG})/$", views.detail, name="detail"),
    re_path(rf"^(?P<course_slug>{SLUG})/(?P<lesson_slug>{SLUG})/$", views.lesson, name="lesson"),
]
