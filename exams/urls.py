"""Exams as learners meet them."""

from django.urls import path

from exams import views

app_name = "exams"
urlpatterns = [
    path("", views.index, name="index"),
    path("records/", views.records, name="records"),
    path("attempts/<uuid:public_id>/", views.room, name="room"),
    path("attempts/<uuid:public_id>/save/", views.save, name="save"),
    path("attempts/<uuid:public_id>/submit/", views.submit, name="submit"),
    path("attempts/<uuid:public_id>/result/", views.result, name="result"),
    path("attempts/<uuid:public_id>/review/", views.review, name="review"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/start/", views.start, name="start"),
]
