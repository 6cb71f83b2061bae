"""The list of an author's papers: search, filters, order, and in how many exams each is used."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from exams.models import Exam, Paper

STATUSES = [
    ("", _("current")),
    ("draft", _("never published")),
    ("published", _("published")),
    ("archived", _("archived")),
]
ORDERS = [("", _("newest first")), ("changed", _("last changed first")), ("title", _("by title"))]


class PaperFilterForm(forms.Form):
    """Filters and order of the list of papers; what it says stands in the address."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUSES)
    used = forms.ChoiceField(
        label=_("Used"),
        required=False,
        choices=[("", _("any")), ("exam", _("in an exam")), ("practice", _("for practice")), ("none", _("not used"))],
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    owner = forms.ChoiceField(label=_("Belongs to"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=ORDERS)

    def __init__(self, *args: Any, organizations: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("any")), *settings.LANGUAGES]
        owners = [(f"o{pk}", name) for pk, name in organizations]
        self.fields["owner"].choices = [("", _("any")), ("me", _("me")), *owners]
        if not owners:
            del self.fields["owner"]


def list_papers(*, papers: QuerySet[Paper], filters: dict[str, Any], user_id: int) -> QuerySet[Paper]:
    """Return those of the papers that fit, in order, each with `exam_count` and `open_exam_count`."""
    rows = papers.select_related("current_version", "organization")
    status = filters.get("status", "")
    rows = rows.filter(archived_at__isnull=status != "archived")
    if status in {"draft", "published"}:
        rows = rows.filter(current_version__isnull=status == "draft")
    for word in filters.get("q", "").split():
        rows = rows.filter(Q(title__icontains=word) | Q(sections__title__icontains=word)).distinct()
    exams = Exam.objects.exclude(status=Exam.Status.ARCHIVED).values("paper_id")
    used = filters.get("used", "")
    if used == "exam":
        rows = rows.filter(pk__in=exams)
    elif used == "practice":
        rows = rows.filter(is_practice=True, current_version__isnull=False)
    elif used == "none":
        rows = rows.filter(is_practice=False).exclude(pk__in=exams)
    if filters.get("language"):
        rows = rows.filter(language=filters["language"])
    owner = filters.get("owner", "")
    if owner == "me":
        rows = rows.filter(owner_id=user_id, organization__isnull=True)
    elif owner.startswith("o"):
        rows = rows.filter(organization_id=int(owner[1:]))
    order = {"changed": "-updated_at", "title": "title"}.get(filters.get("sort", ""), "-pk")
    return rows.order_by(order, "-pk")


def count_exams(*, papers: Sequence[Paper]) -> None:
    """Give each of these papers `exam_count` (its exams that are not archived) and `old_count` (those of them that
    use an older version); one query."""
    rows = (
        Exam.objects.filter(paper__in=[paper.pk for paper in papers])
        .exclude(status=Exam.Status.ARCHIVED)
        .order_by()
        .values("paper_id")
        .annotate(
            n=Count("pk"),
            old=Count("pk", filter=Q(paper_version__isnull=False) & ~Q(paper_version=F("paper__current_version"))),
        )
    )
    found = {row["paper_id"]: (row["n"], row["old"]) for row in rows}
    for paper in papers:
        paper.exam_count, paper.old_count = found.get(paper.pk, (0, 0))
