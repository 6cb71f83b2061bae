"""Organisation, department, membership: nothing else."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id


class Organization(models.Model):
    """A company or school that trains its people inside Jinbang."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    name = models.CharField(_("name"), max_length=200, db_comment="Full name")
    code = models.SlugField(
        _("sign-in code"), max_length=40, unique=True, db_comment="What staff type beside their staff number"
    )
    is_active = models.BooleanField(_("active"), default=True, db_comment="Whether its people may sign in by it")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")

    class Meta:
        db_table_comment = "Organisations"
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A part of an organisation; departments may stand under one another."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="departments", db_comment="The organisation"
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        db_comment="The one above",
    )
    name = models.CharField(_("name"), max_length=120, db_comment="Name within the organisation")

    class Meta:
        db_table_comment = "Departments"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="department_name_unique")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in an organisation. It ends but is never deleted: the record stays."""

    class Role(models.TextChoices):
        """What the person may do in the organisation."""

        MEMBER = "member", _("member")
        TRAINER = "trainer", _("trainer")

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships", db_comment="The organisation"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        db_comment="The person",
    )
    department = models.ForeignKey(
        Department,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="memberships",
        db_comment="Where",
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.MEMBER, db_comment="Member or trainer")
    staff_number = models.CharField(
        _("staff number"),
        max_length=40,
        null=True,
        blank=True,
        db_comment="Number in the organisation; null when none",
    )
    job_title = models.CharField(
        _("position"), max_length=80, blank=True, default="", db_comment="Position in the organisation"
    )
    is_managed = models.BooleanField(
        default=False,
        db_comment="Whether the organisation made the account, so that its trainers may reset the password",
    )
    joined_at = models.DateTimeField(db_comment="When the person joined")
    left_at = models.DateTimeField(null=True, blank=True, db_comment="When the person left; null while a member")

    class Meta:
        db_table_comment = "Who belongs to which organisation, since and until when"
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("staff_number"),
                condition=models.Q(left_at__isnull=True),
                name="staff_number_unique",
            ),
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=models.Q(left_at__isnull=True),
                name="one_membership_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "left_at"], name="membership_current_idx"),
        ]


class Invitation(models.Model):
    """A link by which people join an organisation by themselves."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="invitations", db_comment="The organisation"
    )
    department = models.ForeignKey(
        Department,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Where they join",
    )
    token = models.CharField(max_length=64, unique=True, db_comment="Secret part of the link")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_comment="Trainer who made it",
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When it was made")
    expires_at = models.DateTimeField(db_comment="When it ends")
    max_uses = models.PositiveIntegerField(null=True, db_comment="How many may join by it; null = any number")
    used_count = models.PositiveIntegerField(default=0, db_comment="How many joined by it")
    revoked_at = models.DateTimeField(null=True, db_comment="When it was withdrawn")

    class Meta:
        db_table_comment = "Invitation links"
        ordering = ["-id"]
