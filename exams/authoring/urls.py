"""Banks, questions, papers and exams, as instructors make them."""

from django.urls import path

from exams.authoring import bank_views, exam_views, paper_views, pictures, print_views, question_views
from exams.interchange import export_views, row_views
from exams.interchange import views as interchange_views

app_name = "authoring"
urlpatterns = [
    path("banks/", bank_views.banks, name="banks"),
    path("banks/new/", bank_views.new_bank, name="new_bank"),
    path("banks/<uuid:public_id>/", bank_views.bank, name="bank"),
    path("banks/<uuid:public_id>/settings/", bank_views.edit_bank, name="edit_bank"),
    path("banks/<uuid:public_id>/topics/", bank_views.topics, name="topics"),
    path("banks/<uuid:public_id>/questions/new/", question_views.choose_type, name="choose_type"),
    path("banks/<uuid:public_id>/questions/new/<slug:type>/", question_views.new_question, name="new_question"),
    path("banks/<uuid:public_id>/preview/<slug:type>/", question_views.preview, name="preview"),
    path("banks/<uuid:public_id>/illustrations/", pictures.upload, name="illustration"),
    path("banks/<uuid:public_id>/questions.pdf", print_views.bank_pdf, name="bank_pdf"),
    path("banks/<uuid:public_id>/import/", interchange_views.upload, name="import"),
    path("banks/<uuid:public_id>/imports/", interchange_views.index, name="imports"),
    path("banks/<uuid:public_id>/export/", export_views.export, name="export_questions"),
    path("imports/examples/<slug:format>/<slug:language>/", interchange_views.example, name="import_example"),
    path("imports/<uuid:public_id>/", interchange_views.batch, name="import_batch"),
    path("imports/<uuid:public_id>/progress/", interchange_views.progress, name="import_progress"),
    path("imports/<uuid:public_id>/do/", interchange_views.act, name="import_act"),
    path("imports/<uuid:public_id>/failed/", interchange_views.failed_rows, name="import_failed"),
    path("imports/<uuid:public_id>/rows/<int:position>/", row_views.row, name="import_row"),
    path("exports/<uuid:public_id>/", export_views.show, name="export"),
    path("exports/<uuid:public_id>/file/", export_views.download, name="export_file"),
    path("questions/<uuid:public_id>/", question_views.edit_question, name="question"),
    path("questions/<uuid:public_id>/status/", question_views.change_status, name="question_status"),
    path("questions/<uuid:public_id>/versions/<int:number>/", question_views.version, name="version"),
    path("papers/", paper_views.papers, name="papers"),
    path("papers/new/", paper_views.new_paper, name="new_paper"),
    path("papers/<uuid:public_id>/", paper_views.paper, name="paper"),
    path("papers/<uuid:public_id>/do/", paper_views.act, name="paper_act"),
    path("papers/<uuid:public_id>/pick/", paper_views.pick, name="paper_pick"),
    path("papers/<uuid:public_id>/rule/", paper_views.rule, name="paper_rule"),
    path("papers/<uuid:public_id>/preview/", paper_views.preview, name="paper_preview"),
    path("papers/<uuid:public_id>/paper.pdf", print_views.paper_pdf, name="paper_pdf"),
    path("exams/", exam_views.exams, name="exams"),
    path("exams/new/", exam_views.new_exam, name="new_exam"),
    path("exams/<uuid:public_id>/", exam_views.exam, name="exam"),
    path("exams/<uuid:public_id>/do/", exam_views.act, name="exam_act"),
]
