"""Use cases of changing many questions at once: plan with a preview, carry out (as a job when they are many), undo."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.core import serializers
from django.db import transaction
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, DomainError, InvalidInput, NotFound
from edu.jobs.services import enqueue
from exams.authoring.listing import clean_filters, list_questions
from exams.authoring.questions import clean_tags, freeze_question
from exams.authoring.term_index import among, index_questions
from exams.authoring.topic_counts import shift_counts
from exams.authoring.usage import used_question_ids
from exams.models import Bank, BulkAction, BulkChange, Question, QuestionVersion, Topic
from exams.policies_authoring import list_editable_banks

AT_ONCE = 500
"""Up to so many questions are changed in the request; more are a job."""

PREVIEWED = 10_000
"""Questions that a preview looks at one by one."""

VERBS = ("move", "bank", "tag", "untag", "difficulty", "retire", "restore", "publish", "delete")
KEPT = (
    "bank_id", "topic_id", "tags", "difficulty", "status", "live", "has_unpublished_changes", "is_withheld",
    "current_version_id", "ref",
)  # fmt: skip
"""What a bulk action may change of a question."""


def clean_arguments(*, bank: Bank, actor: Any, verb: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a verb needs, checked: `topic` and `bank` as public ids, `tag`, `difficulty`; InvalidInput otherwise,
    NotFound for a bank that the actor may not write in."""
    if verb not in VERBS:
        raise InvalidInput(_("Choose what to do."), field="verb")
    if verb == "move":
        topic = Topic.objects.filter(bank=bank, public_id=raw.get("topic")).first() if raw.get("topic") else None
        if raw.get("topic") and topic is None:
            raise NotFound(_("There is no such topic."))
        return {"topic": str(topic.public_id) if topic else "", "name": topic.name if topic else ""}
    if verb == "bank":
        target = list_editable_banks(actor).filter(public_id=raw.get("bank") or None).first()
        if target is None:
            raise InvalidInput(_("Choose a bank."), field="bank")
        if target.pk == bank.pk:
            raise InvalidInput(_("They are in this bank already."), field="bank")
        return {"bank": str(target.public_id), "name": target.name}
    if verb in {"tag", "untag"}:
        tags = clean_tags([str(raw.get("tag") or "")])
        if not tags:
            raise InvalidInput(_("Write a tag."), field="tag")
        return {"tag": tags[0], "name": tags[0]}
    if verb == "difficulty":
        text = str(raw.get("difficulty") or "")
        if text not in {"1", "2", "3", "4", "5"}:
            raise InvalidInput(_("The difficulty lies between 1 and 5."), field="difficulty")
        return {"difficulty": int(text), "name": text}
    return {}


def plan_bulk(
    *,
    bank: Bank,
    actor: Any,
    verb: str,
    raw: Mapping[str, Any],
    public_ids: Sequence[str] = (),
    filters: Mapping[str, Any] | None = None,
) -> BulkAction:
    """Plan a change of the chosen questions, or with `filters` of all that match them; nothing is changed yet.

    InvalidInput when nothing is chosen or an argument is missing.
    """
    arguments = clean_arguments(bank=bank, actor=actor, verb=verb, raw=raw)
    if filters is None:
        ids = list(Question.objects.filter(bank=bank, public_id__in=public_ids).values_list("pk", flat=True))
        kept_filters: dict[str, Any] = {}
    else:
        kept_filters = clean_filters(filters)
        rows = list_questions(bank=bank, filters=kept_filters).order_by("-pk")
        ids = list(rows.values_list("pk", flat=True)[: PREVIEWED + 1])
    if not ids:
        raise InvalidInput(_("Choose questions first."))
    with transaction.atomic():
        action = BulkAction.objects.create(
            bank=bank,
            owner=actor,
            verb=verb,
            arguments=arguments,
            filters=kept_filters,
            total=len(ids),
            report={"foreseen": foresee(bank=bank, verb=verb, arguments=arguments, ids=ids[:PREVIEWED])},
            created_at=now_utc(),
        )
        if len(ids) <= PREVIEWED:
            BulkChange.objects.bulk_create(
                [BulkChange(action=action, question_id=pk) for pk in ids], batch_size=AT_ONCE
            )
    return action


def foresee(*, bank: Bank, verb: str, arguments: Mapping[str, Any], ids: Sequence[int]) -> dict[str, int]:
    """Return how many questions would meet which outcome; a few queries a thousand questions."""
    counts: Counter[str] = Counter()
    target = _target(bank, arguments)
    for start in range(0, len(ids), 1000):
        rows = list(
            Question.objects.filter(pk__in=among(ids[start : start + 1000])).select_related("current_version", "bank")
        )
        context = _Context(verb, arguments, target, rows, None)
        counts.update(context.outcome(row) for row in rows)
    return dict(counts)


def _target(bank: Bank, arguments: Mapping[str, Any]) -> Bank | Topic | None:
    if arguments.get("bank"):
        return Bank.objects.get(public_id=arguments["bank"])
    if arguments.get("topic"):
        return Topic.objects.get(public_id=arguments["topic"], bank=bank)
    return None


class _Context:
    """A batch of questions and what a verb does to each of them."""

    def __init__(
        self,
        verb: str,
        arguments: Mapping[str, Any],
        target: Bank | Topic | None,
        rows: Sequence[Question],
        actor: Any | None,
    ) -> None:
        self.verb, self.arguments, self.target, self.rows, self.actor = verb, arguments, target, rows, actor
        self.used = used_question_ids(questions=rows) if verb == "delete" else set()
        self.taken: set[str] = set()
        if isinstance(target, Bank):
            refs = [row.ref for row in rows if row.ref]
            self.taken = set(Question.objects.filter(bank=target, ref__in=refs).values_list("ref", flat=True))

    def outcome(self, row: Question) -> str:
        """Return what would happen to a question: changed, retired, deleted, unchanged, or why it is left."""
        if row.locked and (self.actor is None or row.locked_by_id != self.actor.pk):
            return "locked"
        return getattr(self, f"_of_{self.verb}")(row)

    def _of_move(self, row: Question) -> str:
        return "unchanged" if row.topic_id == (self.target.pk if self.target else None) else "changed"

    def _of_bank(self, row: Question) -> str:
        return "ref_taken" if row.ref and row.ref in self.taken else "changed"

    def _of_tag(self, row: Question) -> str:
        if self.arguments["tag"] in row.tags:
            return "unchanged"
        return "changed" if len(row.tags) < 20 else "full"

    def _of_untag(self, row: Question) -> str:
        return "changed" if self.arguments["tag"] in row.tags else "unchanged"

    def _of_difficulty(self, row: Question) -> str:
        return "unchanged" if row.difficulty == self.arguments["difficulty"] else "changed"

    def _of_retire(self, row: Question) -> str:
        return "unchanged" if row.status == Question.Status.RETIRED else "changed"

    def _of_restore(self, row: Question) -> str:
        return "changed" if row.status == Question.Status.RETIRED else "unchanged"

    def _of_publish(self, row: Question) -> str:
        if row.status == Question.Status.RETIRED:
            return "retired_already"
        is_done = row.status == Question.Status.PUBLISHED and not row.has_unpublished_changes and not row.is_withheld
        return "unchanged" if is_done else "changed"

    def _of_delete(self, row: Question) -> str:
        if row.pk not in self.used:
            return "deleted"
        return "unchanged" if row.status == Question.Status.RETIRED else "retired"

    def change(self, row: Question) -> None:
        """Change the question in memory as the verb says; publishing writes at once."""
        if self.verb == "move":
            assert not isinstance(self.target, Bank)
            row.topic = self.target
        elif self.verb == "bank":
            assert isinstance(self.target, Bank)
            # What a second person has to approve there, nobody approved yet.
            row.is_withheld = row.is_withheld or (self.target.requires_review and not row.bank.requires_review)
            row.bank, row.topic = self.target, None
        elif self.verb == "tag":
            row.tags = [*row.tags, self.arguments["tag"]]
        elif self.verb == "untag":
            row.tags = [tag for tag in row.tags if tag != self.arguments["tag"]]
        elif self.verb == "difficulty":
            row.difficulty = self.arguments["difficulty"]
        elif self.verb == "restore":
            row.live = row.current_version_id is not None
            row.status = Question.Status.PUBLISHED if row.live else Question.Status.DRAFT
        elif self.verb == "publish":
            with transaction.atomic():
                freeze_question(question=row, actor=self.actor)
        else:
            row.status, row.live = Question.Status.RETIRED, False


def _values(row: Question) -> dict[str, Any]:
    return {name: getattr(row, name) for name in KEPT}


def _change_batch(action: BulkAction, target: Bank | Topic | None, ids: Sequence[int], actor: Any) -> Counter[str]:
    """Change a batch of questions of the action, each once; the whole batch or nothing."""
    counts: Counter[str] = Counter()
    with transaction.atomic():
        done = set(
            BulkChange.objects.filter(action=action, question_id__in=ids)
            .exclude(outcome="")
            .values_list("question_id", flat=True)
        )
        wanted = [pk for pk in ids if pk not in done]
        rows = list(
            Question.objects.filter(pk__in=among(wanted), bank_id=action.bank_id).select_related(
                "bank", "topic", "current_version"
            )
        )
        context = _Context(action.verb, action.arguments, target, rows, actor)
        changes, written, taken, given, deleted = [], [], [], [], []
        for row in rows:
            outcome, before = context.outcome(row), _values(row)
            if outcome in {"changed", "retired"}:
                try:
                    context.change(row)
                except DomainError as error:
                    outcome = error.code if error.code in {"not_approved", "invalid_question"} else "incomplete"
                else:
                    after = _values(row)
                    before = {
                        "was": {name: value for name, value in before.items() if value != after[name]},
                        "now": {name: value for name, value in after.items() if value != before[name]},
                    }
                    written.append(row)
                    if "topic_id" in before["was"]:
                        taken.append(before["was"]["topic_id"])
                        given.append(after["topic_id"])
            elif outcome == "deleted":
                before = {"deleted": _as_rows(row)}
                deleted.append(row)
                taken.append(row.topic_id)
            counts[outcome] += 1
            changes.append(BulkChange(action=action, question_id=row.pk, before=before, outcome=outcome))
        Question.objects.bulk_update(written, [name.removesuffix("_id") for name in KEPT], batch_size=100)
        if action.verb in {"bank", "tag", "untag"}:
            index_questions(questions=written)
        _delete([row.pk for row in deleted])
        shift_counts(taken=taken, given=given)
        BulkChange.objects.bulk_create(
            changes,
            update_conflicts=True,
            unique_fields=["action", "question_id"],
            update_fields=["before", "outcome"],
            batch_size=AT_ONCE,
        )
    return counts


def _as_rows(question: Question) -> list[dict[str, Any]]:
    """Return a question with its versions as plain JSON values, from which it can be written again."""
    rows = [question, *QuestionVersion.objects.shown().filter(question=question).order_by("number")]
    return list(json.loads(serializers.serialize("json", rows)))


def _delete(ids: Sequence[int]) -> None:
    rows = Question.objects.filter(pk__in=ids)
    rows.update(current_version=None)
    rows.delete()


def _ids_of(action: BulkAction) -> Iterator[list[int]]:
    """Return the ids that the action is about, newest first, AT_ONCE at a time."""
    if not action.filters or BulkChange.objects.filter(action=action, outcome="").exists():
        ids = BulkChange.objects.filter(action=action, outcome="").order_by("-question_id")
        waiting = list(ids.values_list("question_id", flat=True))
        for start in range(0, len(waiting), AT_ONCE):
            yield waiting[start : start + AT_ONCE]
        return
    last: int | None = None
    while True:
        rows = list_questions(bank=action.bank, filters=action.filters).filter(created_at__lte=action.created_at)
        if last is not None:
            rows = rows.filter(pk__lt=last)
        part = list(rows.order_by("-pk").values_list("pk", flat=True)[:AT_ONCE])
        if not part:
            return
        last = part[-1]
        yield part


def request_bulk(*, action: BulkAction, actor: Any) -> Any | None:
    """Carry the action out now, or as a job when it is about more than AT_ONCE questions; returns the job then.

    Conflict when it was carried out before: a conditional UPDATE decides a second click.
    """
    if not BulkAction.objects.filter(pk=action.pk, state=BulkAction.State.PLANNED).update(
        state=BulkAction.State.RUNNING
    ):
        raise Conflict(_("This was carried out before."))
    if action.total > AT_ONCE:
        with transaction.atomic():
            job = enqueue(
                kind="exams.bulk",
                arguments={"action_id": action.pk},
                owner_id=actor.pk,
                title=action.bank.name,
                unique_key=f"exams.bulk:{action.pk}",
            )
            report = {**action.report, "job": str(job.public_id)}
            BulkAction.objects.filter(pk=action.pk).update(report=report)
        return job
    carry_out(action_id=action.pk, say=lambda _percent, _text: None)
    return None


def carry_out(*, action_id: int, say: Callable[[int, str], None]) -> dict[str, int]:
    """Change every question of the action, a batch a transaction; started again it goes on where it stopped."""
    action = BulkAction.objects.select_related("bank", "owner").get(pk=action_id)
    if action.state != BulkAction.State.RUNNING:
        return dict(action.report)
    target = _target(action.bank, action.arguments)
    done = 0
    for ids in _ids_of(action):
        _change_batch(action, target, ids, action.owner)
        done += len(ids)
        say(min(95, round(95 * done / max(1, action.total))), str(done))
    outcomes = BulkChange.objects.filter(action=action).exclude(outcome="").values_list("outcome", flat=True)
    with transaction.atomic():
        counts = dict(Counter(outcomes.iterator()))
        action.report = {**action.report, "done": counts}
        action.state, action.done_at = BulkAction.State.DONE, now_utc()
        action.save(update_fields=["report", "state", "done_at"])
        record(
            actor=action.owner,
            action="bank.bulk",
            object_kind="bank",
            object_id=action.bank.public_id,
            object_label=action.bank.name,
            changes={"verb": action.verb, **action.arguments, **counts},
            organization_id=action.bank.organization_id,
        )
    return counts


def get_bulk(user: Any, public_id: object) -> BulkAction:
    """Return a bulk action in a bank that the person may write in; NotFound otherwise."""
    row = (
        BulkAction.objects.filter(public_id=public_id, bank__in=list_editable_banks(user).values("pk"))
        .select_related("bank")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such action."))
    return row


def undo_bulk(*, action: BulkAction, actor: Any) -> tuple[int, int]:
    """Give the questions what they had before; returns how many, and how many were left since somebody changed them.

    Deleted questions are written again with their versions. Conflict when it was not carried out, or undone before.
    """
    if not BulkAction.objects.filter(pk=action.pk, state=BulkAction.State.DONE).update(
        state=BulkAction.State.UNDONE, undone_at=now_utc()
    ):
        raise Conflict(_("Only what was carried out can be undone, and only once."))
    restored = left = 0
    changes = BulkChange.objects.filter(action=action, outcome__in=["changed", "retired", "deleted"]).order_by("pk")
    last = 0
    while part := list(changes.filter(pk__gt=last)[:AT_ONCE]):
        last = part[-1].pk
        with transaction.atomic():
            back, missed = _undo_batch(part)
        restored, left = restored + back, left + missed
    with transaction.atomic():
        action.refresh_from_db()
        action.report = {**action.report, "restored": restored, "left": left}
        action.save(update_fields=["report"])
        record(
            actor=actor,
            action="bank.bulk_undo",
            object_kind="bank",
            object_id=action.bank.public_id,
            object_label=action.bank.name,
            changes={"verb": action.verb, "restored": restored, "left": left},
            organization_id=action.bank.organization_id,
        )
    return restored, left


def _undo_batch(part: Sequence[BulkChange]) -> tuple[int, int]:
    rows = Question.objects.in_bulk([change.question_id for change in part])
    topics = set(Topic.objects.values_list("pk", flat=True).filter(pk__in=_topics_before(part)))
    restored = left = 0
    written: list[Question] = []
    taken, given = [], []
    for change in part:
        row = rows.get(change.question_id)
        before = change.before or {}
        if "deleted" in before:
            if row is None and _write_again(before["deleted"], topics):
                restored += 1
            else:
                left += 1
            continue
        was, now = before["was"], before["now"]
        if row is None or any(getattr(row, name) != value for name, value in now.items()):
            left += 1
            continue
        if "topic_id" in was or "bank_id" in was:
            taken.append(row.topic_id)
        for name, value in was.items():
            setattr(row, name, value if name != "topic_id" or value in topics else None)
        if "topic_id" in was or "bank_id" in was:
            given.append(row.topic_id)
        written.append(row)
        restored += 1
    Question.objects.bulk_update(written, [name.removesuffix("_id") for name in KEPT], batch_size=100)
    index_questions(questions=written)
    shift_counts(taken=taken, given=given)
    return restored, left


def _topics_before(part: Sequence[BulkChange]) -> set[int]:
    found = {(change.before or {}).get("was", {}).get("topic_id") for change in part}
    found |= {rows[0]["fields"]["topic"] for change in part if (rows := (change.before or {}).get("deleted"))}
    return found - {None}


def _write_again(rows: list[dict[str, Any]], topics: set[int]) -> bool:
    """Write a deleted question and its versions again; False when its reference was given away meanwhile."""
    first = rows[0]["fields"]
    taken = bool(first["ref"]) and Question.objects.filter(bank_id=first["bank"], ref=first["ref"]).exists()
    if taken or not Bank.objects.filter(pk=first["bank"]).exists():
        return False
    current = first["current_version"]
    if first["topic"] not in topics:
        first["topic"] = None
    for name in ("current_version", "latest_revision", "live_revision", "locked_by"):
        first[name] = None
    first["locked"] = False
    for one in serializers.deserialize("json", json.dumps(rows)):
        one.save()
    Question.objects.filter(pk=rows[0]["pk"]).update(current_version=current)
    question = Question.objects.get(pk=rows[0]["pk"])
    index_questions(questions=[question])
    shift_counts(taken=[], given=[question.topic_id])
    return True
