"""Home, landing pages, help and legal texts, one page a language."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from edu.search.queries import document_text
from edu.website.models.blocks import SectionsBlock


class AddressedPage(Page):
    """A page whose address is that of a view, not its place in the tree."""

    class Meta:
        abstract = True

    def address(self) -> str:
        """Return the path under which the page is shown."""
        raise NotImplementedError  # pragma: no cover - every page below has its own

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        """Return site, root address and the path of the view."""
        parts = super().get_url_parts(request)
        return (parts[0], parts[1], self.address()) if parts else None


class HomePage(AddressedPage):
    """The front of the house in one language."""

    headline = models.CharField(_("headline"), max_length=120, blank=True, default="", db_comment="Large words")
    lead = models.TextField(_("lead"), blank=True, default="", db_comment="One sentence under the headline")
    primary_label = models.CharField(_("first button"), max_length=60, blank=True, default="", db_comment="Label")
    primary_url = models.CharField(_("leads to"), max_length=300, blank=True, default="/courses/", db_comment="Address")
    secondary_label = models.CharField(_("second button"), max_length=60, blank=True, default="", db_comment="Label")
    secondary_url = models.CharField(
        _("leads to"), max_length=300, blank=True, default="/enterprise/", db_comment="Address"
    )
    sections = StreamField(SectionsBlock(), blank=True, verbose_name=_("sections"), db_comment="Blocks of the page")

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("headline"),
                FieldPanel("lead"),
                FieldPanel("primary_label"),
                FieldPanel("primary_url"),
                FieldPanel("secondary_label"),
                FieldPanel("secondary_url"),
            ],
            heading=_("Hero"),
        ),
        FieldPanel("sections"),
    ]
    template = "website/home.html"
    parent_page_types = ["wagtailcore.Page"]

    class Meta:
        db_table_comment = "Home pages, one a language"
        verbose_name = _("home page")

    def address(self) -> str:
        """Return the root."""
        return reverse("home")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add banners, courses, categories and the enquiry form to the page."""
        from edu.website.front import front_context

        return super().get_context(request, *args, **kwargs) | front_context(request)


class LandingPage(AddressedPage):
    """A page that an operator builds of blocks: enterprises, campaigns."""

    headline = models.CharField(_("headline"), max_length=120, db_comment="Large words")
    lead = models.TextField(_("lead"), blank=True, default="", db_comment="One sentence under the headline")
    sections = StreamField(SectionsBlock(), blank=True, verbose_name=_("sections"), db_comment="Blocks of the page")

    content_panels = [*Page.content_panels, FieldPanel("headline"), FieldPanel("lead"), FieldPanel("sections")]
    template = "website/landing.html"
    parent_page_types = ["website.HomePage"]
    subpage_types: list[str] = []

    class Meta:
        db_table_comment = "Landing pages"
        verbose_name = _("landing page")

    def address(self) -> str:
        """Return the address by slug; the enterprise page has its own."""
        return reverse("enterprise") if self.slug == "enterprise" else reverse("landing", args=[self.slug])

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add courses and the enquiry form to the page."""
        from edu.website.front import front_context

        return super().get_context(request, *args, **kwargs) | front_context(request)


class HelpIndexPage(AddressedPage):
    """The help centre in one language."""

    lead = models.TextField(_("lead"), blank=True, default="", db_comment="One sentence under the title")

    content_panels = [*Page.content_panels, FieldPanel("lead")]
    template = "website/help_index.html"
    parent_page_types = ["website.HomePage"]
    subpage_types = ["website.HelpArticlePage"]
    max_count_per_parent = 1

    class Meta:
        db_table_comment = "Help centres, one a language"
        verbose_name = _("help centre")

    def address(self) -> str:
        """Return the help centre's address."""
        return reverse("help")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the articles to the page."""
        articles = HelpArticlePage.objects.child_of(self).live()
        return super().get_context(request, *args, **kwargs) | {"articles": articles}


class HelpArticlePage(AddressedPage):
    """One answer of the help centre."""

    body = RichTextField(_("text"), db_comment="Rich text")

    content_panels = [*Page.content_panels, FieldPanel("body")]
    template = "website/help_article.html"
    parent_page_types = ["website.HelpIndexPage"]
    subpage_types: list[str] = []
    search_fields = [*Page.search_fields, index.SearchField("search_terms")]

    class Meta:
        db_table_comment = "Help articles"
        verbose_name = _("help article")

    def address(self) -> str:
        """Return the article's address."""
        return reverse("help_article", args=[self.slug])

    def search_terms(self) -> str:
        """Return the terms under which the article is found."""
        return document_text(self.title, strip_tags(self.body))


class LegalPage(AddressedPage):
    """User agreement, privacy policy or refund rules in one language."""

    class Kind(models.TextChoices):
        """Which text it is."""

        TERMS = "terms", _("user agreement")
        PRIVACY = "privacy", _("privacy policy")
        REFUNDS = "refunds", _("refund rules")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, db_comment="terms, privacy or refunds")
    body = RichTextField(_("text"), db_comment="Rich text")

    content_panels = [*Page.content_panels, FieldPanel("kind"), FieldPanel("body")]
    template = "website/legal.html"
    parent_page_types = ["website.HomePage"]
    subpage_types: list[str] = []

    class Meta:
        db_table_comment = "Legal texts"
        verbose_name = _("legal text")

    def address(self) -> str:
        """Return the address of its kind."""
        return reverse(self.kind)
