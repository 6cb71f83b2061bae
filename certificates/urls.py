"""My certificates, the public check, and the instructor's pages."""

from django.urls import path

from certificates import round_views, teaching, views

app_name = "certificates"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("name/", views.set_name, name="set_name"),
    path("verify/", views.verify_form, name="verify_form"),
    path("verify/<str:serial>/", views.verify, name="verify"),
    path("<uuid:public_id>/download/", views.download, name="download"),
    path("<uuid:public_id>/picture.svg", views.picture, name="picture"),
    path("teach/", teaching.overview, name="teach"),
    path("teach/templates/new/", teaching.edit_template, name="template_new"),
    path("teach/templates/<uuid:public_id>/", teaching.edit_template, name="template"),
    path("teach/templates/<uuid:public_id>/sample.pdf", teaching.sample, name="template_sample"),
    path("teach/preview/", teaching.preview, name="preview"),
    path("teach/rules/new/", teaching.new_rule, name="rule_new"),
    path("teach/rules/<uuid:public_id>/", teaching.rule, name="rule"),
    path("teach/rules/<uuid:public_id>/redraw/", teaching.redraw, name="redraw"),
    path("teach/rules/<uuid:public_id>/issue/", round_views.issue, name="round_issue"),
    path("teach/rounds/<uuid:public_id>/undo/", round_views.undo, name="round_undo"),
    path("teach/issued/<uuid:public_id>/revoke/", teaching.revoke, name="revoke"),
    path("teach/issued/<uuid:public_id>/reinstate/", teaching.reinstate, name="reinstate"),
    path("teach/issued/<uuid:public_id>/reissue/", teaching.reissue, name="reissue"),
]
