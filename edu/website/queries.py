"""Reads of the site's pages and of enquiries."""

import uuid
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import CharField, Q, QuerySet
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page, Site

from edu.core.errors import NotFound
from edu.core.site_identity import SiteIdentity
from edu.schema.kept_queries import Given, KeptQuery
from edu.search.queries import search
from edu.website.models.enquiry import Enquiry
from edu.website.models.pages import HelpArticlePage, HelpIndexPage, HomePage, LandingPage, LegalPage
from edu.website.models.settings import Banner, SiteSettings, in_language

PageT = TypeVar("PageT", bound=Page)


def find_page(model: type[PageT], **filters: object) -> PageT | None:
    """Return the live page in the visitor's language, or in another when there is none."""
    pages = list(model.objects.live().filter(**filters).select_related("locale"))
    wanted = get_language() or "en"
    return next((page for page in pages if page.locale.language_code == wanted), pages[0] if pages else None)


def find_articles(*, query: str, limit: int) -> list[HelpArticlePage]:
    """Return the help articles in the reader's language in which every word of the query is found, best first."""
    rows = search(queryset=HelpArticlePage.objects.live(), query=query)
    wanted = get_language() or "en"
    locales = {locale.pk: locale.language_code for locale in Locale.objects.all()}
    return [row for row in rows if locales.get(row.locale_id) == wanted][:limit]


# -- the site -------------------------------------------------------------------------------------
_SITES: KeptQuery[Site] = KeptQuery(
    lambda: (
        Site.objects.filter(Q(hostname=Given("hostname", CharField())) | Q(is_default_site=True))
        .order_by()
        .select_related("sitesettings")
    )
)


def site_settings(request: HttpRequest) -> SiteSettings:
    """Return the settings of the site that a request is for.

    One statement where the installation has one site, as nearly all have: then there is nothing to choose. Otherwise,
    and where the settings are still to be made, Wagtail finds the site.
    """
    if not hasattr(request, "_wagtail_site"):
        sites = _SITES.rows(hostname=split_domain_port(request._get_raw_host())[0])  # type: ignore[attr-defined] # as Wagtail
        if len(sites) == 1 and hasattr(sites[0], "sitesettings"):
            return sites[0].sitesettings  # type: ignore[no-any-return] # the reverse of a base class's field
    return SiteSettings.for_request(request)  # type: ignore[no-any-return] # Wagtail is not typed


# -- enquiries ------------------------------------------------------------------------------------
def find_enquiry_by_id(*, enquiry_id: int) -> Enquiry | None:
    """Return an enquiry by its database id, as events name it."""
    return Enquiry.objects.filter(pk=enquiry_id).first()


def get_enquiry(*, public_id: uuid.UUID) -> Enquiry:
    """Return an enquiry; NotFound when there is none."""
    row = Enquiry.objects.select_related("handled_by").filter(public_id=public_id).first()
    if row is None:
        raise NotFound(_("There is no such enquiry."))
    return row


def find_enquiries(*, state: str = "", query: str = "") -> QuerySet[Enquiry]:
    """Return enquiries, newest first, by state and by a word of company, name, phone or mail."""
    rows = Enquiry.objects.select_related("handled_by")
    if state:
        rows = rows.filter(state=state)
    if query:
        rows = rows.filter(
            Q(company__icontains=query)
            | Q(name__icontains=query)
            | Q(phone__contains=query)
            | Q(email__icontains=query)
        )
    return rows


def count_new_enquiries() -> int:
    """Return how many enquiries nobody has taken up."""
    return Enquiry.objects.filter(state=Enquiry.State.NEW).count()


# -- what operators edit ----------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class EditablePage:
    """A page of the site and where it is edited."""

    title: str
    kind: str
    edit_url: str


def list_editable_pages() -> list[EditablePage]:
    """Return the site's own pages in every language, as a tree reads; help articles are left to their parent."""
    kinds: list[type[Page]] = [HomePage, LandingPage, HelpIndexPage, LegalPage]
    rows = [
        (page.path, str(model._meta.verbose_name), page)
        for model in kinds
        for page in model.objects.select_related("locale")
    ]
    return [
        EditablePage(
            title=page.title,
            kind=f"{kind} · {page.locale.get_display_name()}",
            edit_url=reverse("wagtailadmin_pages:edit", args=[page.pk]),
        )
        for _path, kind, page in sorted(rows, key=lambda row: row[0])
    ]


def settings_edit_url() -> str:
    """Return where the site's names, contact and logo are edited."""
    return reverse("wagtailsettings:edit", args=[SiteSettings._meta.app_label, SiteSettings._meta.model_name])


def banners_url() -> str:
    """Return where banners are edited."""
    return reverse(Banner.snippet_viewset.get_url_name("list"))


def page_tree_url() -> str:
    """Return where pages are made and moved."""
    return reverse("wagtailadmin_explore_root")


def find_site_identity() -> SiteIdentity | None:
    """Return the site's name in the active language and its contact address; None before there is a site."""
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        return None
    row = SiteSettings.for_site(site)
    return SiteIdentity(name=in_language(row, "name"), contact_email=row.contact_email)
