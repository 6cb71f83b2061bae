"""What an operator sets without a programmer: the site's names, contact, logo, and banners."""

from datetime import datetime

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.snippets.models import register_snippet


def in_language(row: models.Model, name: str) -> str:
    """Return the field `name` in the visitor's language, or in the other one when it is empty."""
    first, second = ("zh", "en") if (get_language() or "").startswith("zh") else ("en", "zh")
    return str(getattr(row, f"{name}_{first}") or getattr(row, f"{name}_{second}"))


@register_setting(icon="cog")
class SiteSettings(BaseSiteSetting):
    """Names, contact and marks of the site."""

    name_en = models.CharField(_("name (English)"), max_length=80, default="Jinbang", db_comment="Name in English")
    name_zh = models.CharField(_("name (Chinese)"), max_length=80, default="金榜", db_comment="Name in Chinese")
    tagline_en = models.CharField(
        _("tagline (English)"), max_length=120, blank=True, default="Learn it. Prove it.", db_comment="Line, English"
    )
    tagline_zh = models.CharField(
        _("tagline (Chinese)"), max_length=120, blank=True, default="学有所成，榜上有名", db_comment="Line, Chinese"
    )
    description_en = models.TextField(
        _("description (English)"), blank=True, default="", db_comment="For search engines, English"
    )
    description_zh = models.TextField(
        _("description (Chinese)"), blank=True, default="", db_comment="For search engines, Chinese"
    )
    logo = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("logo"),
        db_comment="Logo; null = Jinbang's own",
    )
    icp_number = models.CharField(
        _("ICP filing number"), max_length=60, blank=True, default="", db_comment="Filing number shown in the footer"
    )
    contact_email = models.EmailField(_("contact mail"), blank=True, default="", db_comment="Where people write")
    contact_phone = models.CharField(
        _("contact phone"), max_length=40, blank=True, default="", db_comment="Where people call"
    )
    contact_hours_en = models.CharField(
        _("hours (English)"), max_length=120, blank=True, default="", db_comment="When somebody answers, English"
    )
    contact_hours_zh = models.CharField(
        _("hours (Chinese)"), max_length=120, blank=True, default="", db_comment="When somebody answers, Chinese"
    )

    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("name_en"), FieldPanel("name_zh")]),
                FieldRowPanel([FieldPanel("tagline_en"), FieldPanel("tagline_zh")]),
                FieldRowPanel([FieldPanel("description_en"), FieldPanel("description_zh")]),
                FieldPanel("logo"),
                FieldPanel("icp_number"),
            ],
            heading=_("Identity"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("contact_email"), FieldPanel("contact_phone")]),
                FieldRowPanel([FieldPanel("contact_hours_en"), FieldPanel("contact_hours_zh")]),
            ],
            heading=_("Contact"),
        ),
    ]

    class Meta:
        db_table_comment = "Names, contact and marks of the site"
        verbose_name = _("site settings")


class BannerQuerySet(models.QuerySet["Banner"]):
    """Banners by time."""

    def showing(self, now: datetime) -> "BannerQuerySet":
        """Return the banners that are shown at `now`."""
        return self.filter(
            models.Q(from_at__isnull=True) | models.Q(from_at__lte=now),
            models.Q(until_at__isnull=True) | models.Q(until_at__gt=now),
            is_active=True,
        )


@register_snippet
class Banner(models.Model):
    """A line at the top of the home page, for a time."""

    text_en = models.CharField(_("text (English)"), max_length=160, db_comment="Text in English")
    text_zh = models.CharField(_("text (Chinese)"), max_length=160, db_comment="Text in Chinese")
    url = models.CharField(_("link"), max_length=300, blank=True, default="", db_comment="Where it leads")
    from_at = models.DateTimeField(_("from"), null=True, blank=True, db_comment="Shown from; null = at once")
    until_at = models.DateTimeField(_("until"), null=True, blank=True, db_comment="Shown until; null = for ever")
    is_active = models.BooleanField(_("active"), default=True, db_comment="Whether it is shown at all")
    position = models.PositiveIntegerField(_("order"), default=0, db_comment="Order, smallest first")

    objects = BannerQuerySet.as_manager()

    panels = [
        FieldPanel("text_en"),
        FieldPanel("text_zh"),
        FieldPanel("url"),
        FieldRowPanel([FieldPanel("from_at"), FieldPanel("until_at")]),
        FieldRowPanel([FieldPanel("is_active"), FieldPanel("position")]),
    ]

    class Meta:
        db_table_comment = "Banners of the home page"
        ordering = ["position", "id"]
        verbose_name = _("banner")
        verbose_name_plural = _("banners")

    def __str__(self) -> str:
        return self.text_en

    @property
    def text(self) -> str:
        """Return the text in the visitor's language."""
        return in_language(self, "text")
