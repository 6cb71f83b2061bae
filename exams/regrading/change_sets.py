"""Use cases of change sets: planning one, confirming it, taking it back, discarding it. The work itself is done by jobs
(exams.regrading.preview and exams.regrading.carry_out)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from edu.audit.services import record
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.jobs.services import enqueue
from exams.domain.errors import InvalidQuestion
from exams.domain.grading import check_question
from exams.domain.regrading import NEEDS_KEY
from exams.models import Attempt, Exam, ItemResult, QuestionVersion, RegradeSet
from exams.permissions import managed_exams
from exams.policies_authoring import is_editor, list_editable_banks
from exams.regrading.practice import write_practice_decision
from exams.regrading.recount import decisions_after

__all__ = [
    "asked_versions",
    "confirm_regrade",
    "discard_regrade",
    "get_regrade",
    "is_asked_in_exams",
    "list_regrades",
    "plan_practice_regrade",
    "plan_regrade",
    "plan_undo",
    "preview_again",
    "scope_exam_ids",
]

PRACTICE_POLICIES = (RegradeSet.Policy.NEW_KEY, RegradeSet.Policy.ACCEPT_BOTH, RegradeSet.Policy.FULL_MARKS)
"""What can be done about answers of practice alone: there are no marks out of which a question could be dropped."""
LIVE = (RegradeSet.State.PREVIEWING, RegradeSet.State.PREVIEWED, RegradeSet.State.APPLYING, RegradeSet.State.APPLIED)


def list_regrades(user: Any) -> QuerySet[RegradeSet]:
    """Return the change sets of the exams that the person manages, and those of practice in her banks, newest
    first."""
    rows = RegradeSet.objects.filter(_in_reach(user)).exclude(state=RegradeSet.State.DISCARDED)
    return rows.select_related("exam", "version__question__bank", "owner")


def _in_reach(user: Any) -> Q:
    """Return which change sets the person may see: of exams that she manages; of practice where she writes."""
    of_exams = Q(exam__in=managed_exams(user).values("pk"))
    return of_exams | Q(exam__isnull=True, version__question__bank__in=list_editable_banks(user).values("pk"))


def get_regrade(user: Any, public_id: object) -> RegradeSet:
    """Return a change set that list_regrades lists, discarded ones too; NotFound otherwise."""
    row = (
        RegradeSet.objects.filter(_in_reach(user), public_id=public_id)
        .select_related("exam", "version__question__bank", "key_version", "undoes", "owner", "confirmed_by", "job")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such regrade."))
    return row


def asked_versions(*, exam: Exam) -> QuerySet[QuestionVersion]:
    """Return the question versions that were asked and marked in an exam, with their questions."""
    asked = ItemResult.objects.filter(exam_id=exam.pk).values("version_id")
    rows = QuestionVersion.objects.filter(pk__in=asked).select_related("question__current_version")
    return rows.order_by("question__summary", "pk")


def is_asked_in_exams(user: Any, *, question_id: int) -> bool:
    """Whether an exam that the person manages asked the question, so that it could be marked anew."""
    return ItemResult.objects.filter(question_id=question_id, exam_id__in=managed_exams(user).values("pk")).exists()


def plan_regrade(
    *,
    actor: Any,
    exam: Exam,
    version_id: int,
    policy: str,
    reason: str,
    scope: str = RegradeSet.Scope.EXAM,
    certificates: str = RegradeSet.Certificates.KEEP,
    key_version_id: int | None = None,
    key: Mapping[str, Any] | None = None,
) -> RegradeSet:
    """Plan what is done about a version that was asked in an exam of the actor, and have its preview computed.

    A policy that marks by another key needs a newer version of the question (`key_version_id`) or a key. Nothing is
    changed yet. Raises NotFound (an exam or a version that is not the actor's), InvalidInput (what is missing, or a
    key that does not fit the question as it was asked).
    """
    if not managed_exams(actor).filter(pk=exam.pk).exists():
        raise NotFound(_("There is no such exam."))
    version = asked_versions(exam=exam).filter(pk=version_id).first()
    if version is None:
        raise NotFound(_("This question was not asked in the exam."))
    if policy not in RegradeSet.Policy.values or policy == RegradeSet.Policy.UNDO:
        raise InvalidInput(_("Say what is done about the question."), field="policy")
    key_version, new_key = _reasoned_key(version, policy=policy, reason=reason, version_id=key_version_id, key=key)
    return _planned(
        actor,
        exam=exam,
        version=version,
        policy=policy,
        reason=reason,
        scope=scope,
        certificates=certificates,
        key_version=key_version,
        key=new_key,
        with_practice=is_editor(actor, version.question.bank),
    )


def _reasoned_key(
    version: QuestionVersion, *, policy: str, reason: str, version_id: int | None, key: Mapping[str, Any] | None
) -> tuple[QuestionVersion | None, Mapping[str, Any] | None]:
    """Return the key by which a policy marks and the version it comes from, None where it needs none; InvalidInput
    without a reason or a fitting key."""
    if not reason.strip():
        raise InvalidInput(_("Say why; learners read it."), field="reason")
    return _key_of(version, version_id, key) if policy in NEEDS_KEY else (None, None)


def plan_practice_regrade(
    *,
    actor: Any,
    version: QuestionVersion,
    policy: str,
    reason: str,
    key_version_id: int | None = None,
    key: Mapping[str, Any] | None = None,
) -> RegradeSet:
    """Plan what is done about a version that was practised, for answers of practice alone, and have its preview
    computed. The caller fetched `version` (with its question and bank) through the policy.

    Raises NotFound for who may not write in the bank, InvalidInput as plan_regrade.
    """
    if not is_editor(actor, version.question.bank):
        raise NotFound(_("There is no such question."))
    if policy not in PRACTICE_POLICIES:
        raise InvalidInput(_("Say what is done about the question."), field="policy")
    key_version, new_key = _reasoned_key(version, policy=policy, reason=reason, version_id=key_version_id, key=key)
    return _planned(
        actor,
        exam=None,
        version=version,
        policy=policy,
        reason=reason,
        scope=RegradeSet.Scope.NONE,
        certificates=RegradeSet.Certificates.KEEP,
        key_version=key_version,
        key=new_key,
        with_practice=True,
    )


def _planned(actor: Any, *, scope: str, certificates: str, reason: str, **fields: Any) -> RegradeSet:
    with transaction.atomic():
        row = RegradeSet.objects.create(
            owner=actor,
            scope=scope if scope in RegradeSet.Scope.values else RegradeSet.Scope.EXAM,
            reason=" ".join(reason.split())[:200],
            **fields,
            certificates=certificates
            if certificates in RegradeSet.Certificates.values
            else RegradeSet.Certificates.KEEP,
            created_at=now_utc(),
        )
        _ask_preview(row, actor)
    return row


def _key_of(
    version: QuestionVersion, key_version_id: int | None, key: Mapping[str, Any] | None
) -> tuple[QuestionVersion | None, Mapping[str, Any]]:
    """Return the key that marks, and the version it comes from; it must fit the question as it was asked."""
    key_version = None
    if key_version_id is not None:
        key_version = (
            QuestionVersion.objects.shown()
            .filter(pk=key_version_id, question_id=version.question_id, number__gt=version.number)
            .first()
        )
        if key_version is None:
            raise InvalidInput(_("Choose a newer version of the same question."), field="key_source")
        key = key_version.key
    if not key:
        raise InvalidInput(_("Give the corrected key, or choose a newer version of the question."), field="key_source")
    try:
        problems = check_question(type_name=version.type, content=version.content, key=key)
    except InvalidQuestion as error:
        problems = list(error.problems)
    if problems or (key_version is not None and key_version.type != version.type):
        raise InvalidInput(
            _(
                "This key does not fit the question as it was asked. Give a key for the options that learners saw, "
                "or choose full marks to all, or drop the question."
            ),
            field="key_source",
        )
    if key == version.key:
        raise InvalidInput(_("This is the key by which the question was marked."), field="key_source")
    return key_version, key


def _ask_preview(change_set: RegradeSet, actor: Any) -> None:
    """Queue the preview of a change set, in the caller's transaction."""
    change_set.job = enqueue(
        kind="exams.regrade_preview",
        arguments={"change_set_id": change_set.pk},
        owner_id=actor.pk,
        title=_("Regrade: %(exam)s") % {"exam": change_set.place_title},
        max_attempts=10,
    )
    change_set.state = RegradeSet.State.PREVIEWING
    change_set.save(update_fields=["job", "state"])


def preview_again(*, change_set: RegradeSet, actor: Any) -> None:
    """Compute the preview anew, since attempts changed; Conflict once it was confirmed."""
    with transaction.atomic():
        moved = RegradeSet.objects.filter(pk=change_set.pk, state=RegradeSet.State.PREVIEWED).update(
            state=RegradeSet.State.PREVIEWING
        )
        if not moved:
            raise Conflict(_("Only a regrade that is still to be confirmed can be computed again."))
        _ask_preview(change_set, actor)


def scope_exam_ids(change_set: RegradeSet, *, user: Any) -> tuple[list[int], int]:
    """Return the exams in which a change set holds, and how many exams of others asked the version too.

    For all exams: those that the person manages in which it was asked, or whose paper holds it.
    """
    if change_set.undoes is not None:
        return list(change_set.undoes.exam_ids), 0
    if change_set.exam is None or change_set.exam_id is None:
        return [], 0
    asked = set(
        ItemResult.objects.filter(question_id=change_set.version.question_id, version_id=change_set.version_id)
        .values_list("exam_id", flat=True)
        .distinct()
    )
    if change_set.scope == RegradeSet.Scope.EXAM:
        return [change_set.exam_id], 0
    managed = managed_exams(user)
    found = set(managed.filter(pk__in=asked).values_list("pk", flat=True))
    planned = managed.filter(status=Exam.Status.SCHEDULED, closes_at__gte=now_utc(), paper_version__isnull=False)
    for pk, structure in planned.values_list("pk", "paper_version__structure").iterator():
        if _holds(structure, change_set.version_id):
            found.add(pk)
    return sorted(found | {change_set.exam_id}), len(asked - found)


def _holds(structure: Mapping[str, Any], version_id: int) -> bool:
    return any(
        any(item["version_id"] == version_id for item in section.get("items", ()))
        or any(version_id in pool["version_ids"] for pool in section.get("pools", ()))
        for section in structure["sections"]
    )


def confirm_regrade(*, change_set: RegradeSet, actor: Any) -> None:
    """Let a change set hold from now on, for who is graded later too, and have it carried out by a job.

    Raises NotFound when one of its exams is not the actor's; Conflict when it was confirmed before, when it would
    leave an attempt without any question, or while another one on the same question is being carried out.
    """
    now = now_utc()
    with transaction.atomic():
        exams = list(Exam.objects.select_for_update().filter(pk__in=change_set.exam_ids).order_by("pk"))
        if managed_exams(actor).filter(pk__in=change_set.exam_ids).count() != len(exams):
            raise NotFound(_("There is no such regrade."))
        if change_set.with_practice and not is_editor(actor, change_set.version.question.bank):
            raise Conflict(_("It changes answers of practice too; let somebody confirm it who writes in the bank."))
        if change_set.summary.get("empty"):
            raise Conflict(_("This would leave attempts without any question. Give full marks to all instead."))
        busy = RegradeSet.objects.filter(version_id=change_set.version_id, state=RegradeSet.State.APPLYING)
        if any(
            set(other.exam_ids) & set(change_set.exam_ids) or (other.with_practice and change_set.with_practice)
            for other in busy.exclude(pk=change_set.pk)
        ):
            raise Conflict(_("Another regrade of this question is being carried out. Wait until it is done."))
        moved = RegradeSet.objects.filter(pk=change_set.pk, state=RegradeSet.State.PREVIEWED).update(
            state=RegradeSet.State.APPLYING, confirmed_at=now, confirmed_by=actor, cursor=0, practice_cursor=0
        )
        if not moved:
            raise Conflict(_("This was confirmed before, or is no longer open."))
        replaced = _write_decisions(change_set, exams)
        if change_set.with_practice:
            replaced["practice"] = write_practice_decision(change_set)
        in_flight = Attempt.objects.filter(exam__in=exams, state=Attempt.State.SUBMITTED).values_list("pk", flat=True)
        change_set.refresh_from_db()
        change_set.report = {"replaced": replaced, "in_flight": list(in_flight)}
        change_set.job = enqueue(
            kind="exams.regrade_apply",
            arguments={"change_set_id": change_set.pk},
            owner_id=actor.pk,
            title=_("Regrade: %(exam)s") % {"exam": change_set.place_title},
            unique_key=f"exams.regrade_apply:{change_set.pk}",
            max_attempts=10,
        )
        change_set.save(update_fields=["report", "job"])
        _audit(change_set, actor, "exam.regrade_undo" if change_set.undoes_id else "exam.regrade")


def _write_decisions(change_set: RegradeSet, exams: Sequence[Exam]) -> dict[str, Any]:
    """Write what holds from now on into the exams, which the caller holds; return what it takes the place of."""
    after = decisions_after(change_set)
    name = str(change_set.version_id)
    replaced = {}
    for exam in exams:
        replaced[str(exam.pk)] = exam.decisions.get(name)
        decision = after.get(exam.pk)
        left = {key: value for key, value in exam.decisions.items() if key != name}
        if decision is not None:
            left[name] = {
                "policy": decision.policy,
                "key": decision.key,
                "change_set": decision.change_set_id,
            }
        Exam.objects.filter(pk=exam.pk).update(decisions=left)
    return replaced


def plan_undo(*, change_set: RegradeSet, actor: Any) -> RegradeSet:
    """Plan a change set that gives back what this one changed, where nothing changed since, and have its preview
    computed; return the one that is there already. Conflict for one that was not carried out, or is itself an undo.
    """
    if change_set.undoes_id is not None or change_set.state != RegradeSet.State.APPLIED:
        raise Conflict(_("Only a regrade that was carried out can be undone."))
    with transaction.atomic():
        RegradeSet.objects.select_for_update().get(pk=change_set.pk)
        open_one = RegradeSet.objects.filter(undoes=change_set, state__in=LIVE).first()
        if open_one is not None:
            return open_one
        row = RegradeSet.objects.create(
            owner=actor,
            exam=change_set.exam,
            version=change_set.version,
            policy=RegradeSet.Policy.UNDO,
            undoes=change_set,
            scope=change_set.scope,
            with_practice=change_set.with_practice,
            exam_ids=change_set.exam_ids,
            reason=change_set.reason,
            certificates=change_set.certificates,
            created_at=now_utc(),
        )
        _ask_preview(row, actor)
    return row


def discard_regrade(*, change_set: RegradeSet, actor: Any) -> None:
    """Put a change set away that was never confirmed; Conflict otherwise."""
    with transaction.atomic():
        moved = RegradeSet.objects.filter(
            pk=change_set.pk, state__in=[RegradeSet.State.PREVIEWING, RegradeSet.State.PREVIEWED]
        ).update(state=RegradeSet.State.DISCARDED)
        if not moved:
            raise Conflict(_("Only a regrade that is still to be confirmed can be discarded."))
        _audit(change_set, actor, "exam.regrade_discard")


def _audit(change_set: RegradeSet, actor: Any, action: str) -> None:
    question = change_set.version.question
    place = change_set.exam if change_set.exam is not None else question
    record(
        actor=actor,
        action=action,
        object_kind="exam" if change_set.exam is not None else "question",
        object_id=place.public_id,
        object_label=change_set.place_title,
        changes={
            "regrade": str(change_set.public_id),
            "question": str(change_set.version.question.public_id),
            "version": change_set.version.number,
            "policy": str(change_set.policy),
            "reason": change_set.reason,
            "exams": len(change_set.exam_ids),
            "changed": change_set.summary.get("changed", 0),
            "certificates": str(change_set.certificates),
            "practice": change_set.summary.get("practice", {}).get("changed", 0),
        },
        organization_id=change_set.exam.organization_id
        if change_set.exam is not None
        else question.bank.organization_id,
    )
