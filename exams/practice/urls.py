"""Practice and the wrong-answer book."""

from django.urls import path

from exams.practice import (
    book_views,
    entry_views,
    goal_views,
    record_views,
    selection_views,
    settings_views,
    start_views,
    views,
)
from exams.views import files

app_name = "practice"
urlpatterns = [
    path("", start_views.index, name="index"),
    path("banks/<uuid:public_id>/", start_views.bank, name="bank"),
    path("banks/<uuid:public_id>/start/", start_views.start_bank, name="start_bank"),
    path("papers/<uuid:public_id>/", start_views.paper, name="paper"),
    path("sessions/<uuid:public_id>/", views.session, name="session"),
    path("sessions/<uuid:public_id>/answer/", views.answer, name="answer"),
    path("sessions/<uuid:public_id>/assess/", views.assess, name="assess"),
    path("sessions/<uuid:public_id>/report/", views.report, name="report"),
    path("sessions/<uuid:public_id>/finish/", views.finish, name="finish"),
    path("sessions/<uuid:public_id>/result/", views.result, name="result"),
    path("sessions/<uuid:public_id>/retry/", views.retry, name="retry"),
    path("sessions/<uuid:public_id>/files/", files.begin, {"kind": "session"}, name="files"),
    path("sessions/<uuid:public_id>/files/<uuid:upload_id>/", files.keep, {"kind": "session"}, name="keep_file"),
    path("progress/", goal_views.progress, name="progress"),
    path("goals/", goal_views.goals, name="goals"),
    path("random/", selection_views.random, name="random"),
    path("daily/", selection_views.daily, name="daily"),
    path("sets/<uuid:public_id>/", selection_views.practice_set, name="set"),
    path("sets/<uuid:public_id>/start/", selection_views.start_set, name="start_set"),
    path("records/", record_views.records, name="records"),
    path("records/records.csv", record_views.records_file, {"format": "csv"}, name="records_csv"),
    path("records/records.xlsx", record_views.records_file, {"format": "xlsx"}, name="records_xlsx"),
    path("records/export/", record_views.export, name="export"),
    path("records/download/<uuid:public_id>/", record_views.download, name="download"),
    path("wrong/", book_views.wrong_answers, name="wrong_answers"),
    path("wrong/start/", book_views.start_wrong, name="start_wrong"),
    path("wrong/due/", book_views.start_due, name="start_due"),
    path("wrong/several/", book_views.change_several, name="change_several"),
    path("wrong/undo/", book_views.undo, name="undo"),
    path("wrong/book.pdf", book_views.export, {"format": "pdf"}, name="book_pdf"),
    path("wrong/book.xlsx", book_views.export, {"format": "xlsx"}, name="book_xlsx"),
    path("wrong/<uuid:public_id>/", entry_views.entry, name="entry"),
    path("wrong/<uuid:public_id>/mark/", entry_views.mark, name="mark_entry"),
    path("wrong/<uuid:public_id>/start/", entry_views.start_entry, name="start_entry"),
    path("wrong/<uuid:public_id>/report/", entry_views.report_entry, name="report_entry"),
    path("favourites/", entry_views.favourites, name="favourites"),
    path("favourites/start/", entry_views.start_favourite_practice, name="start_favourites"),
    path("settings/", settings_views.settings, name="settings"),
]
