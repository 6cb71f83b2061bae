"""Marking by hand, appeals, gradebooks, records, and what a single learner is given."""

from django.urls import path

from exams.marking.views import appeals, candidates, exports, gradebook, queue, records, script, sheets

app_name = "marking"
urlpatterns = [
    path("marking/", queue.queue, name="queue"),
    path("marking/gradebooks/", queue.gradebooks, name="gradebooks"),
    path("marking/appeals/", queue.appeals, name="appeals"),
    path("marking/appeals/<uuid:appeal_id>/", appeals.appeal, name="appeal"),
    path("marking/sheets/<uuid:sheet_id>/", sheets.sheet, name="sheet"),
    path("marking/<uuid:public_id>/candidates/<str:number>/", script.candidate, name="candidate"),
    path("marking/<uuid:public_id>/<uuid:question_id>/", script.mark, name="mark"),
    path("marking/<uuid:public_id>/<uuid:question_id>/answers/", script.answers, name="answers"),
    path("marking/<uuid:public_id>/<uuid:question_id>/answers/<str:number>/", script.answer, name="answer"),
    path("marking/<uuid:public_id>/<uuid:question_id>/lease/", script.lease, name="lease"),
    path("marking/<uuid:public_id>/<uuid:question_id>/flag/", script.flag, name="flag"),
    path("marking/<uuid:public_id>/<uuid:question_id>/undo/", script.undo, name="undo"),
    path("marking/<uuid:public_id>/<uuid:question_id>/comments/", script.comments, name="comments"),
    path("gradebook/<uuid:public_id>/", gradebook.gradebook, name="gradebook"),
    path("gradebook/<uuid:public_id>/terms/", gradebook.terms, name="terms"),
    path("gradebook/<uuid:public_id>/export/", exports.export, name="export"),
    path("gradebook/<uuid:public_id>/exports/", exports.exports, name="exports"),
    path("gradebook/<uuid:public_id>/exports/<uuid:export_id>/", exports.result_export, name="result_export"),
    path("gradebook/<uuid:public_id>/sheets/", sheets.sheets, name="sheets"),
    path("gradebook/<uuid:public_id>/sheets/download/", sheets.download, name="sheet_download"),
    path("gradebook/<uuid:public_id>/release/", gradebook.release, name="release"),
    path("gradebook/<uuid:public_id>/attempts/<uuid:attempt_id>/", records.record, name="record"),
    path("gradebook/<uuid:public_id>/attempts/<uuid:attempt_id>/script.pdf", records.script, name="script"),
    path("gradebook/<uuid:public_id>/attempts/<uuid:attempt_id>/hold/", gradebook.hold, name="hold"),
    path("gradebook/<uuid:public_id>/attempts/<uuid:attempt_id>/preview/", gradebook.preview, name="preview"),
    path("gradebook/<uuid:public_id>/learners/<uuid:user_id>/", candidates.learner, name="learner"),
    path("gradebook/<uuid:public_id>/late/<int:batch_id>/", candidates.decide_late, name="decide_late"),
    path("marking/attempts/<uuid:attempt_id>/", candidates.steer, name="steer"),
]
