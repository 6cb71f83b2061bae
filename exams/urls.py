"""Exams as learners meet them."""

from django.urls import path

from exams.views import appeals, exams, files, receipts, results, room, sounds, timelines, watch

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
    path("attempts/<uuid:public_id>/appeal/", appeals.appeal, name="appeal"),
    path("attempts/<uuid:public_id>/script.pdf", appeals.script, name="script"),
    path("attempts/<uuid:public_id>/timeline/", timelines.timeline, name="timeline"),
    path("attempts/<uuid:public_id>/receipt/", receipts.receipt, name="receipt"),
    path("attempts/<uuid:public_id>/receipt.<str:format>", receipts.download, name="receipt_file"),
    path("attempts/<uuid:public_id>/files/", files.begin, {"kind": "attempt"}, name="files"),
    path("attempts/<uuid:public_id>/files/<uuid:upload_id>/", files.keep, {"kind": "attempt"}, name="keep_file"),
    path("attempts/<uuid:public_id>/plays/", sounds.play, name="plays"),
    path("attempts/<uuid:public_id>/release-device/", watch.release, name="release_device"),
    path("files/<uuid:public_id>/", files.file, name="file"),
    path("<uuid:public_id>/", exams.detail, name="detail"),
    path("<uuid:public_id>/start/", exams.start, name="start"),
]
