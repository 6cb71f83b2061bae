"""Use cases of banks and their topic trees. Callers: authoring views, interchange, the demo."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from edu.access.services import register_door
from edu.accounts.queries import users_by_identifier
from edu.audit.services import record
from edu.core.errors import Conflict, InvalidInput, NotAllowed
from edu.core.ids import new_public_id
from edu.notifications.services import notify
from exams.models import Bank, BankShare, Question, Topic
from exams.policies_authoring import can_author, is_steward, require_author, require_organization

MAXIMUM_DEPTH = 3
"""Levels of a topic tree: subject or chapter, section, knowledge point."""

BANK_FIELDS = (
    "name",
    "description",
    "language",
    "visibility",
    "free_sample_count",
    "requires_grant",
    "requires_review",
)


def _register_bank_door(bank: Bank) -> None:
    register_door(product_key=bank.product_key, title=bank.name, url=f"/practice/banks/{bank.public_id}/")


def create_bank(
    *,
    actor: Any,
    name: str,
    description: str = "",
    language: str = "zh-hans",
    visibility: str = Bank.Visibility.PERSONAL,
    organization_id: int | None = None,
    requires_grant: bool = False,
    requires_review: bool = False,
    free_sample_count: int = 0,
    slug: str | None = None,
) -> Bank:
    """Create a bank of the actor, or of an organisation she authors for, and register its door.

    Without an actor the site itself makes it, from its command line, and it belongs to nobody.
    `slug` is made from the name unless given. NotAllowed when the actor may not author, NotFound for a foreign
    organisation, InvalidInput for an empty name, Conflict when the slug is taken.
    """
    if actor is not None:
        require_author(actor)
        require_organization(actor, organization_id)
    name = name.strip()
    if not name:
        raise InvalidInput(_("Give the bank a name."), field="name")
    wanted = slug or slugify(name, allow_unicode=True)[:60] or new_public_id().hex[:10]
    with transaction.atomic():
        if Bank.objects.filter(slug=wanted).exists():
            if slug:
                raise Conflict(_("There is already a bank with this short name."), field="slug")
            wanted = f"{wanted}-{new_public_id().hex[:6]}"
        bank = Bank.objects.create(
            name=name[:200],
            slug=wanted,
            description=description,
            language=language,
            visibility=visibility,
            owner=actor,
            organization_id=organization_id,
            requires_grant=requires_grant,
            requires_review=requires_review,
            free_sample_count=free_sample_count,
        )
        _register_bank_door(bank)
        record(
            actor=actor,
            action="bank.create",
            object_kind="bank",
            object_id=bank.public_id,
            object_label=bank.name,
            organization_id=organization_id,
        )
    return bank


def update_bank(*, bank: Bank, actor: Any, **fields: Any) -> Bank:
    """Change any of BANK_FIELDS of a bank that the caller fetched through the policy; InvalidInput for an empty
    name."""
    unknown = set(fields) - set(BANK_FIELDS)
    if unknown:
        raise InvalidInput(f"A bank has no {', '.join(sorted(unknown))}.")
    if "name" in fields and not fields["name"].strip():
        raise InvalidInput(_("Give the bank a name."), field="name")
    if "requires_review" in fields and fields["requires_review"] != bank.requires_review:
        if not is_steward(actor, bank):
            raise NotAllowed(_("Only the owner of the bank decides whether its questions are reviewed."))
        if not fields["requires_review"]:
            Question.objects.filter(bank=bank, is_withheld=True).update(is_withheld=False)
    changes = {
        name: [str(getattr(bank, name)), str(value)] for name, value in fields.items() if getattr(bank, name) != value
    }
    with transaction.atomic():
        for name, value in fields.items():
            setattr(bank, name, value)
        bank.save(update_fields=list(fields))
        _register_bank_door(bank)
        record(
            actor=actor,
            action="bank.update",
            object_kind="bank",
            object_id=bank.public_id,
            object_label=bank.name,
            changes=changes,
        )
    return bank


def share_bank(*, bank: Bank, user_id: int, actor: Any, role: str = BankShare.Role.EDIT) -> None:
    """Let a colleague write in the bank, or read and review it; called again it changes the role."""
    with transaction.atomic():
        BankShare.objects.update_or_create(bank=bank, user_id=user_id, defaults={"role": role})
        if bank.visibility == Bank.Visibility.PERSONAL:
            Bank.objects.filter(pk=bank.pk).update(visibility=Bank.Visibility.SHARED)
            bank.visibility = Bank.Visibility.SHARED
        record(
            actor=actor,
            action="bank.share",
            object_kind="bank",
            object_id=bank.public_id,
            object_label=bank.name,
            changes={"user_id": user_id, "role": str(role)},
        )


def share_bank_by_mail(*, bank: Bank, email: str, role: str, actor: Any) -> None:
    """Share a bank with the colleague of a mail address and tell her.

    InvalidInput when nobody who may author has it: the answer is the same for a learner's address and an unknown one.
    """
    user = users_by_identifier(identifiers={email.strip().lower()}).get(email.strip().lower())
    if user is None or not can_author(user):
        raise InvalidInput(_("No instructor or trainer has this address. She needs an account first."), field="email")
    if user.pk == bank.owner_id:
        raise InvalidInput(_("The bank belongs to this person already."), field="email")
    with transaction.atomic():
        share_bank(bank=bank, user_id=user.pk, actor=actor, role=role)
        notify(
            user_id=user.pk,
            kind="exams.bank_shared",
            context={"bank": bank.name, "by": str(actor), "may_edit": role == BankShare.Role.EDIT},
            url=f"/teach/banks/{bank.public_id}/",
        )


def unshare_bank(*, bank: Bank, user_id: int, actor: Any) -> None:
    """End a colleague's right to write in the bank."""
    with transaction.atomic():
        BankShare.objects.filter(bank=bank, user_id=user_id).delete()
        record(
            actor=actor,
            action="bank.unshare",
            object_kind="bank",
            object_id=bank.public_id,
            object_label=bank.name,
            changes={"user_id": user_id},
        )


def clean_path(path: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a topic path, trimmed; InvalidInput when it is too deep or a name is too long."""
    names = tuple(name.strip() for name in path if name.strip())
    if len(names) > MAXIMUM_DEPTH:
        raise InvalidInput(_("A topic path has at most three levels."), field="topic")
    if any(len(name) > 120 for name in names):
        raise InvalidInput(_("A topic name has at most 120 characters."), field="topic")
    return names


def create_topics(*, bank: Bank, paths: Iterable[Sequence[str]]) -> dict[tuple[str, ...], Topic]:
    """Find or make every topic of the paths, in the order given; return them by path, the levels above included.

    Two queries when all exist; for new ones two more each. The caller holds the transaction.
    """
    rows = list(Topic.objects.filter(bank=bank).order_by("path"))
    by_key = {(row.parent_id, row.name): row for row in rows}
    counts: dict[int | None, int] = {}
    for row in rows:
        counts[row.parent_id] = max(counts.get(row.parent_id, 0), row.position + 1)
    found: dict[tuple[str, ...], Topic] = {}
    for path in paths:
        parent: Topic | None = None
        names = clean_path(path)
        for depth, name in enumerate(names, start=1):
            parent_id = parent.pk if parent else None
            topic = by_key.get((parent_id, name))
            if topic is None:
                topic = Topic.objects.create(bank=bank, parent=parent, name=name, position=counts.get(parent_id, 0))
                topic.path = f"{parent.path if parent else '/'}{topic.pk}/"
                topic.save(update_fields=["path"])
                counts[parent_id] = counts.get(parent_id, 0) + 1
                by_key[parent_id, name] = topic
            parent = found[names[:depth]] = topic
    return found


def create_topic(*, bank: Bank, path: Sequence[str]) -> Topic:
    """Find or make one topic by its path, such as ("第一章", "会计要素"); InvalidInput when empty or too deep."""
    names = clean_path(path)
    if not names:
        raise InvalidInput(_("Give the topic a name."), field="name")
    with transaction.atomic():
        return create_topics(bank=bank, paths=[names])[names]
