"""Practice and the wrong-answer book."""

from django.urls import path

from exams.practice import book_views, goal_views, views
from exams.views import files

app_name = "practice"
urlpatterns = [
    path("", views.index, name="index"),
    path("banks/<uuid:public_id>/", views.bank, name="bank"),
    path("banks/<uuid:public_id>/start/", views.start_bank, name="start_bank"),
    path("papers/<uuid:public_id>/", views.paper, name="paper"),
    path("sessions/<uuid:public_id>/", views.session, name="session"),
    path("sessions/<uuid:public_id>/answer/", views.answer, name="answer"),
    path("sessions/<uuid:public_id>/assess/", views.assess, name="assess"),
    path("sessions/<uuid:public_id>/report/", views.report, name="report"),
    path("sessions/<uuid:public_id>/finish/", views.finish, name="finish"),
    path("sessions/<uuid:public_id>/result/", views.result, name="result"),
    path("sessions/<uuid:public_id>/files/", files.begin, {"kind": "session"}, name="files"),
    path("sessions/<uuid:public_id>/files/<uuid:upload_id>/", files.keep, {"kind": "session"}, name="keep_file"),
    path("progress/", goal_views.progress, name="progress"),
    path("goals/", goal_views.goals, name="goals"),
    path("records/", views.records, name="records"),
    path("wrong/", book_views.wrong_answers, name="wrong_answers"),
    path("wrong/start/", book_views.start_wrong, name="start_wrong"),
    path("wrong/<uuid:public_id>/", book_views.update_entry, name="update_entry"),
]
