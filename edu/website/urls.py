"""Home, search, help, legal and landing pages."""

from django.conf import settings
from django.urls import path
from wagtail.contrib.sitemaps.views import sitemap

from edu.website import views
from edu.website.models.pages import LegalPage

urlpatterns = [
    path("", views.home, name="home"),
    path("enterprise/", views.enterprise, name="enterprise"),
    path("search/", views.search, name="search"),
    path("desk/", views.desk, name="desk"),
    path("help/", views.help_index, name="help"),
    path("help/<str:slug>/", views.help_article, name="help_article"),
    path("p/<str:slug>/", views.landing, name="landing"),
    path("offline/", views.offline, name="offline"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    *[path(f"{kind}/", views.legal, {"kind": kind}, name=kind) for kind in LegalPage.Kind.values],
]

if settings.DEV_MAILBOX:
    from edu.styleguide import styleguide

    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
