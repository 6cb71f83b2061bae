"""Exams under way: the invigilator's room, who may invigilate, and what single learners get beyond the rules."""

from django.urls import path

from exams.invigilation import accommodation_views, act_views, candidate_views, people_views, reopen_views, views

app_name = "invigilation"
urlpatterns = [
    path("rooms/", views.rooms, name="rooms"),
    path("exams/<uuid:public_id>/room/", views.room, name="room"),
    path("exams/<uuid:public_id>/room/rows/", views.rows, name="rows"),
    path("exams/<uuid:public_id>/room/act/", act_views.act, name="act"),
    path("exams/<uuid:public_id>/room/undo/<uuid:act_id>/", act_views.undo, name="undo"),
    path("exams/<uuid:public_id>/room/late/<int:batch_id>/", act_views.decide_late, name="decide_late"),
    path("exams/<uuid:public_id>/room/<uuid:attempt_id>/", candidate_views.candidate, name="candidate"),
    path("exams/<uuid:public_id>/room/<uuid:attempt_id>/device/", act_views.device, name="device"),
    path("exams/<uuid:public_id>/room/<uuid:attempt_id>/reopen/", reopen_views.reopen, name="reopen"),
    path("exams/<uuid:public_id>/invigilators/", people_views.invigilators, name="invigilators"),
    path("exams/<uuid:public_id>/accommodations/", accommodation_views.accommodations, name="accommodations"),
    path("exams/<uuid:public_id>/accommodations/copy/", accommodation_views.copy, name="copy_accommodations"),
    path("exams/<uuid:public_id>/accommodations/<uuid:user_id>/", accommodation_views.one, name="accommodation"),
    path(
        "exams/<uuid:public_id>/accommodations/<uuid:user_id>/remove/",
        accommodation_views.remove,
        name="remove_accommodation",
    ),
]
