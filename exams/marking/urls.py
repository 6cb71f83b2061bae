"""Marking by hand, gradebooks, and what a single learner is given."""

from django.urls import path

from exams.marking import views

app_name = "marking"
urlpatterns = [
    path("marking/", views.queue, name="queue"),
    path("marking/<uuid:public_id>/<uuid:question_id>/", views.mark, name="mark"),
    path("gradebook/<uuid:public_id>/", views.gradebook, name="gradebook"),
    path("gradebook/<uuid:public_id>/export/", views.export, name="export"),
    path("gradebook/<uuid:public_id>/release/", views.release, name="release"),
    path("gradebook/<uuid:public_id>/learners/<uuid:user_id>/", views.learner, name="learner"),
    path("gradebook/<uuid:public_id>/late/<int:batch_id>/", views.decide_late, name="decide_late"),
    path("marking/attempts/<uuid:attempt_id>/", views.steer, name="steer"),
]
