"""Questions and answers, reviews, announcements."""

from django.urls import path, re_path

from edu.community import announcement_views, review_views, talk_views

app_name = "community"
urlpatterns = [
    path("announcements/", announcement_views.index, name="announcements"),
    path("announcements/new/", announcement_views.publish, name="announce"),
    path("announcements/<uuid:public_id>/withdraw/", announcement_views.withdraw, name="withdraw"),
    path("lessons/<uuid:public_id>/ask/", talk_views.ask, name="ask"),
    path("questions/<uuid:public_id>/", talk_views.question, name="question"),
    path("questions/<uuid:public_id>/edit/", talk_views.change_question, name="edit_question"),
    path("questions/<uuid:public_id>/delete/", talk_views.remove_question, name="delete_question"),
    path("questions/<uuid:public_id>/report/", talk_views.report_question, name="report_question"),
    path("answers/<uuid:public_id>/edit/", talk_views.change_answer, name="edit_answer"),
    path("answers/<uuid:public_id>/delete/", talk_views.remove_answer, name="delete_answer"),
    path("answers/<uuid:public_id>/accept/", talk_views.accept, name="accept"),
    path("answers/<uuid:public_id>/report/", talk_views.report_answer, name="report_answer"),
    re_path(r"^courses/(?P<slug>[-\w]+)/$", talk_views.course, name="course"),
    re_path(r"^courses/(?P<slug>[-\w]+)/review/$", review_views.review, name="review"),
    re_path(r"^courses/(?P<slug>[-\w]+)/review/delete/$", review_views.remove, name="delete_review"),
    re_path(r"^courses/(?P<slug>[-\w]+)/announce/$", announcement_views.publish, name="announce_course"),
]
