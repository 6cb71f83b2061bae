"""Templates, rules and certificates; private to this app."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.domain.eligibility import State, state_at
from edu.core.ids import new_public_id


class CertificateTemplate(models.Model):
    """How the certificates of some exams or courses look and what they say."""

    class Design(models.TextChoices):
        """The built-in designs of certificates.domain.layout."""

        GOLDEN_LIST = "golden_list", _("Golden list: cream paper, golden frame")
        VERMILION = "vermilion", _("Vermilion: award of honour in red and gold")
        INK_BAND = "ink_band", _("Ink band: sober, flush left")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    name = models.CharField(_("name of the template"), max_length=120, db_comment="Name among its author's templates")
    design = models.CharField(
        _("design"), max_length=20, choices=Design, default=Design.GOLDEN_LIST, db_comment="Built-in design"
    )
    title = models.CharField(_("heading"), max_length=80, db_comment="Heading, such as 结业证书")
    lead = models.CharField(
        _("line above the name"),
        max_length=80,
        blank=True,
        default="",
        db_comment="Line above the name, such as 兹证明",
    )
    body = models.TextField(_("text"), max_length=400, db_comment="Text with {placeholders}")
    issuer = models.CharField(_("issued by"), max_length=120, db_comment="Name of the issuer")
    signatory = models.CharField(
        _("signed by"), max_length=80, blank=True, default="", db_comment="Name and office of the signatory"
    )
    seal = models.CharField(
        _("seal"), max_length=4, blank=True, default="", db_comment="One to four characters; empty draws a rosette"
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans", db_comment="Language of its dates"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Author"
    )
    organization = models.ForeignKey(
        "organizations.Organization",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="The organisation in whose name it is issued; null for none",
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")
    updated_at = models.DateTimeField(auto_now=True, db_comment="When it last changed")

    class Meta:
        db_table_comment = "Looks and texts of certificates"
        ordering = ["name", "id"]
        verbose_name = _("certificate template")
        verbose_name_plural = _("certificate templates")

    def __str__(self) -> str:
        return self.name


class CertificateRule(models.Model):
    """Who achieves this gets a certificate of that look.

    An achievement may have several rules, each from another score on; a person is awarded by the highest she reaches.
    """

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    achievement_key = models.CharField(max_length=60, db_comment="exam:<uuid> or course:<uuid>")
    achievement_title = models.CharField(max_length=200, db_comment="Title of the achievement when the rule was made")
    template = models.ForeignKey(
        CertificateTemplate, on_delete=models.PROTECT, related_name="rules", db_comment="Look and text"
    )
    minimum_percent = models.PositiveSmallIntegerField(
        _("from (per cent)"), default=0, db_comment="Score from which it is awarded; 0: passing or completing is enough"
    )
    is_active = models.BooleanField(_("active"), default=True, db_comment="Whether new certificates are issued")
    valid_months = models.PositiveSmallIntegerField(
        _("valid for (months)"), null=True, blank=True, db_comment="Months until it expires; null for never"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who made it"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")

    class Meta:
        db_table_comment = "Which achievement earns which certificate"
        ordering = ["achievement_title", "achievement_key", "minimum_percent"]
        constraints = [
            models.UniqueConstraint(fields=["achievement_key", "minimum_percent"], name="one_rule_a_score"),
            models.CheckConstraint(condition=models.Q(minimum_percent__lte=100), name="rule_percent_to_100"),
        ]
        verbose_name = _("certificate rule")
        verbose_name_plural = _("certificate rules")

    def __str__(self) -> str:
        return self.achievement_title


class IssueBatch(models.Model):
    """One round of issuing to those who met a rule before it was made; undone as a whole."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    rule = models.ForeignKey(
        CertificateRule, on_delete=models.PROTECT, related_name="batches", db_comment="The rule they met"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_comment="Who asked for it"
    )
    made_at = models.DateTimeField(auto_now_add=True, db_comment="When it was asked for")
    job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The job that issues, or undoes"
    )
    undone_at = models.DateTimeField(null=True, db_comment="When its undoing was asked for; null while it stands")
    undo_reason = models.CharField(max_length=300, default="", db_comment="Why it was undone")

    class Meta:
        db_table_comment = "Rounds of issuing to those who met a rule before it was made"
        ordering = ["-id"]
        verbose_name = _("round of certificates")
        verbose_name_plural = _("rounds of certificates")

    def __str__(self) -> str:
        return f"{self.rule} {self.made_at:%Y-%m-%d}"


class Certificate(models.Model):
    """A certificate of a person. Until the real name is known it waits: no serial, no date of issue."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    serial = models.CharField(max_length=24, null=True, unique=True, db_comment="Serial number; null while it waits")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certificates", db_comment="The holder"
    )
    rule = models.ForeignKey(
        CertificateRule, on_delete=models.PROTECT, related_name="certificates", db_comment="Why it was issued"
    )
    achievement_key = models.CharField(max_length=60, db_comment="exam:<uuid> or course:<uuid>")
    title = models.CharField(max_length=200, db_comment="Title of the achievement at that time")
    score_text = models.CharField(max_length=40, default="", db_comment="Score as printed; empty for a course")
    hours_text = models.CharField(max_length=20, default="", db_comment="Hours of study as printed; may be empty")
    holder_name = models.CharField(max_length=80, default="", db_comment="Real name at the time of issue")
    earned_at = models.DateTimeField(db_comment="When it was achieved")
    issued_at = models.DateTimeField(null=True, db_comment="When it was issued; null while it waits for the name")
    expires_at = models.DateTimeField(null=True, db_comment="When it ends; null for never")
    revoked_at = models.DateTimeField(null=True, db_comment="When it was revoked; null while good")
    revoke_reason = models.CharField(max_length=300, default="", db_comment="Why it was revoked")
    superseded_at = models.DateTimeField(null=True, db_comment="When a corrected or renewed one replaced it")
    replaces = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="replaced_by",
        db_comment="The earlier certificate whose place it took",
    )
    batch = models.ForeignKey(
        IssueBatch,
        null=True,
        on_delete=models.SET_NULL,
        related_name="certificates",
        db_comment="The round that issued it; null for one issued when it was earned",
    )
    snapshot = models.JSONField(default=dict, db_comment="Design and texts of the template when it was issued")
    revision = models.PositiveIntegerField(default=1, db_comment="Counts changes of its look; part of the file name")
    pdf_name = models.CharField(max_length=200, default="", db_comment="Name of the drawn file in storage")
    render_job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_comment="The job that draws it"
    )

    class Meta:
        db_table_comment = "Certificates of people, with their history"
        ordering = ["-earned_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "achievement_key"],
                condition=models.Q(superseded_at__isnull=True),
                name="one_certificate_an_achievement",
            ),
            models.CheckConstraint(
                condition=models.Q(issued_at__isnull=True, serial__isnull=True)
                | models.Q(issued_at__isnull=False, serial__isnull=False),
                name="certificate_serial_when_issued",
            ),
        ]
        indexes = [
            models.Index(fields=["rule", "-earned_at"], name="certificate_rule_idx"),
            models.Index(fields=["achievement_key"], name="certificate_key_idx"),
        ]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return f"{self.serial or '–'} {self.title}"

    def state_at(self, now: datetime) -> State:
        """Return what the certificate is at `now`."""
        return state_at(
            now=now,
            issued_at=self.issued_at,
            expires_at=self.expires_at,
            revoked_at=self.revoked_at,
            superseded_at=self.superseded_at,
        )
