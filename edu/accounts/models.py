"""Users, API tokens, and the codes that prove a phone."""

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edu.core.ids import new_public_id
from edu.schema.kept_queries import Given, KeptQuery


class JinbangUserManager(UserManager["User"]):
    """Makes users whose user name nobody has to choose."""

    def create_user(
        self, username: str | None = None, email: str | None = None, password: str | None = None, **extra: Any
    ) -> "User":
        """Create a user; without a user name one is made from a new public id."""
        extra.setdefault("public_id", new_public_id())
        return super().create_user(username or f"u-{extra['public_id'].hex[:16]}", email or None, password, **extra)

    def get(self, *args: Any, **filters: Any) -> "User":
        """Return one user; by the key, as each request with a session asks, with a query that is kept."""
        # A manager of somebody's users is of a class of its own, and has to look among those only.
        if type(self) is not JinbangUserManager or self._db or args or list(filters) != ["pk"]:
            return super().get(*args, **filters)
        user = _BY_KEY.first(pk=filters["pk"])
        if user is None:
            raise self.model.DoesNotExist("User matching query does not exist.")
        return user


_BY_KEY: "KeptQuery[User]" = KeptQuery(lambda: User.objects.filter(pk=Given("pk", models.BigAutoField())))


class User(AbstractUser):
    """A person. She signs in by mail, by phone, or by organisation and staff number; none of them is required."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    email = models.EmailField(  # type: ignore[assignment] # the base class forbids null, we need it
        _("e-mail"),
        null=True,
        blank=True,
        unique=True,
        db_comment="Mail address in lower case; null when none",
    )
    phone = models.CharField(
        _("phone"),
        max_length=20,
        null=True,
        blank=True,
        unique=True,
        db_comment="Phone in E.164; null when none",
    )
    phone_verified = models.BooleanField(default=False, db_comment="Whether a code proved the phone")
    display_name = models.CharField(
        _("display name"), max_length=80, blank=True, default="", db_comment="Name that others see"
    )
    real_name = models.CharField(
        _("real name"),
        max_length=80,
        blank=True,
        default="",
        db_comment="Name on certificates; private otherwise",
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        default="",
        db_comment="Preferred language; empty = the browser's",
    )
    must_change_password = models.BooleanField(
        default=False, db_comment="Whether the next sign-in has to set a new password"
    )
    is_instructor = models.BooleanField(
        _("instructor"), default=False, db_comment="Whether the person may author courses, banks and exams"
    )
    is_operator = models.BooleanField(
        _("operator"), default=False, db_comment="Whether the person works at the operator's desk"
    )
    session_generation = models.PositiveIntegerField(
        default=0, db_comment="Raised to end every session of the person at once"
    )
    deleted_at = models.DateTimeField(null=True, db_comment="When the account was emptied at its owner's wish")

    objects = JinbangUserManager()  # type: ignore[misc] # a narrower manager than the base class has

    class Meta:
        db_table = "accounts_user"
        db_table_comment = "People who sign in"
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        if self.deleted_at:
            return gettext("Deleted account")
        return self.display_name or self.real_name or self.email or self.phone or self.username

    def get_full_name(self) -> str:
        """Return the real name, or the display name."""
        return self.real_name or str(self)

    def get_short_name(self) -> str:
        """Return the name others see."""
        return str(self)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must hold to be valid: it changes with the password and with `session_generation`."""
        base = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc] # Django's hook has no public name
        return salted_hmac(
            "edu.accounts.session", f"{base}:{self.session_generation}", secret, algorithm="sha256"
        ).hexdigest()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with an empty mail or phone stored as null, so that uniqueness holds only for real ones."""
        self.email = self.email.lower() if self.email else None
        self.phone = self.phone or None
        super().save(*args, **kwargs)


class ApiToken(models.Model):
    """A key with which a program acts for a person; only its digest is kept."""

    public_id = models.UUIDField(unique=True, default=new_public_id, editable=False, db_comment="Id in addresses")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="jinbang_tokens", db_comment="Whose token")
    name = models.CharField(_("name"), max_length=80, db_comment="What the person calls it")
    prefix = models.CharField(max_length=12, db_comment="First characters, to tell tokens apart")
    digest = models.CharField(max_length=64, unique=True, db_comment="SHA-256 of the token, hex")
    created_at = models.DateTimeField(db_comment="When it was made")
    last_used_at = models.DateTimeField(null=True, db_comment="When it was last used, to the hour")
    expires_at = models.DateTimeField(null=True, db_comment="When it ends; null for never")
    revoked_at = models.DateTimeField(null=True, db_comment="When its owner ended it")

    class Meta:
        db_table_comment = "API tokens (digests)"
        ordering = ["-id"]
