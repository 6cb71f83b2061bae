"""Every address of the site, by room: composition only."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from edu.accounts.views import switch_language
from edu.api import save_batch, unknown_address
from edu.api import urls as api_urls

urlpatterns = [
    # First of all, since it is asked for more often than all others together while an exam runs.
    path("api/v1/attempts/<uuid:attempt_id>/responses", save_batch),
    path("", include("edu.operations.health_urls")),
    path("api/v1/", api_urls),
    path("api/docs", RedirectView.as_view(url="/api/v1/docs"), name="api_docs"),
    path("api/docs/", RedirectView.as_view(url="/api/v1/docs")),
    re_path(r"^api(?:/|$)", unknown_address),
    path("i18n/setlang/", switch_language, name="set_language"),
    path("accounts/", include("edu.organizations.sign_in_urls")),
    path("accounts/", include("edu.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("notifications/", include("edu.notifications.urls")),
    path("jobs/", include("edu.jobs.urls")),
    path("files/", include("media.urls")),
    path("exams/", include("exams.urls")),
    path("practice/", include("exams.practice.urls")),
    path("teach/", include("exams.authoring.urls")),
    path("teach/", include("exams.invigilation.urls")),
    path("teach/", include("exams.marking.urls")),
    path("teach/", include("exams.regrading.urls")),
    path("teach/", include("exams.figures.urls")),
    path("teach/", include("courses.teaching.urls")),
    path("courses/", include("courses.urls")),
    path("me/", include("courses.learning.urls")),
    path("shop/", include("payments.urls")),
    path("certificates/", include("certificates.urls")),
    path("training/", include("edu.training.urls")),
    path("community/", include("edu.community.urls")),
    path("operations/", include("edu.operations.urls")),
    path("cms/", include(wagtailadmin_urls)),
    path("django-admin/", admin.site.urls),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("edu.website.urls")),
    path("", include(wagtail_urls)),
]

if settings.DEV_MAILBOX:
    urlpatterns.insert(0, path("dev/", include("edu.notifications.dev_urls")))
