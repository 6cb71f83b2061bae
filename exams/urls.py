"""Exams as learners meet them."""

from django.urls import path

from exams.views import exams, receipts, results, room

app_name = "exams"
urlpatterns = [
    path("", exams.index, name="index"),
    path("records/", results.records, name="records"),
    path("receipts/", receipts.check, name="check_receipt"),
    path("attempts/<uuid:public_id>/", room.room, name="room"),
    path("attempts/<uuid:public_id>/save/", room.save, name="save"),
    path("attempts/<uuid:public_id>/submit/", room.submit, name="submit"),
    path("attempts/<uuid:public_id>/result/", results.result, name="result"),
    path("attempts/<uuid:public_id>/review/", results.review, name="review"),
    path("attempts/<uuid:public_id>/report/", results.report, name="report"),
    path("attempts/<uuid:public_id>/receipt/", receipts.receipt, name="receipt"),
    path("attempts/<uuid:public_id>/receipt.<str:format>", receipts.download, name="receipt_file"),
    path("<uuid:public_id>/", exams.detail, name="detail"),
    path("<uuid:public_id>/start/", exams.start, name="start"),
]
