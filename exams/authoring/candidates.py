"""What a blueprint has to know of the banks: for every rule enough of the questions that fit it, never a whole bank.

A rule that more questions fit than a paper can use is met whatever the other rules take, so a sample of them is
enough: publishing a paper costs the same in a bank of a million questions as in one of ten thousand.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from exams.authoring.term_index import MAXIMUM_HITS, among, find_question_ids
from exams.domain.assembly import BankItem
from exams.domain.seeds import SeededStream
from exams.models import BlueprintRule, Question, QuestionEnemies, QuestionStatistics, Topic

SAMPLE = 500
"""Questions that a rule gets into its pool at least, where so many fit."""

COUNT_LIMIT = 10_000
"""Questions up to which those that fit a rule are counted one by one."""

STRETCHES = 10
"""Places of a large bank from which a sample is read."""

TopicPaths = Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Questions for the rules of a paper: `counts` says for each rule in order how many fit, at most
    COUNT_LIMIT + 1, and `is_all` whether none of them was left out."""

    items: tuple[BankItem, ...]
    version_of: Mapping[int, int]
    counts: tuple[int, ...]
    is_all: bool


def topic_paths(bank_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the path of every topic of these banks, as ids from the top; one query."""
    rows = Topic.objects.filter(bank_id__in=set(bank_ids)).values_list("pk", "path")
    return {pk: tuple(part for part in path.split("/") if part) for pk, path in rows}


def exposure_of() -> Any:
    """Return the expression for how many marked answers in exams a question has, over all its versions."""
    rows = QuestionStatistics.objects.filter(question=OuterRef("pk")).order_by().values("question")
    return Coalesce(Subquery(rows.annotate(n=Sum("exam_count")).values("n"), output_field=IntegerField()), 0)


def fitting_questions(rule: BlueprintRule, paths: TopicPaths, *, may_walk: bool = False) -> QuerySet[Question]:
    """Return the questions that fit a rule, in no order.

    With `may_walk` no index but that of the bank's ids can be used: for reading on from an id where many fit.
    """
    rows = Question.objects.drawable().filter(bank_id=rule.bank_id)
    names = {name: name for name in ("topic_id", "type", "difficulty")}
    if may_walk:
        # A sum is in no index.
        rows = rows.annotate(topic_key=F("topic_id") + 0, difficulty_key=F("difficulty") + 0)
        names |= {"topic_id": "topic_key", "difficulty": "difficulty_key"}
    if rule.topic_id is not None:
        own = str(rule.topic_id)
        rows = rows.filter(**{f"{names['topic_id']}__in": [pk for pk, path in paths.items() if own in path]})
    if rule.types:
        rows = rows.filter(type__in=rule.types)
    if (rule.difficulty_min, rule.difficulty_max) != (1, 5):
        rows = rows.filter(**{f"{names['difficulty']}__range": (rule.difficulty_min, rule.difficulty_max)})
    if rule.maximum_exposure is not None:
        rows = rows.annotate(exposure=exposure_of()).filter(exposure__lte=rule.maximum_exposure)
    return rows


def _tagged(rule: BlueprintRule) -> set[int] | None:
    """Return the questions of the bank with all tags of the rule, None where it has none or too many have them."""
    found: set[int] | None = None
    for tag in rule.tags:
        ids = find_question_ids(bank_id=rule.bank_id, tag=tag)
        if len(ids) < MAXIMUM_HITS:
            found = set(ids) if found is None else found & set(ids)
    return found


def _fitting_ids(rule: BlueprintRule, paths: TopicPaths, *, most: int) -> list[int]:
    """Return the ids of those that fit, at most `most`."""
    rows = fitting_questions(rule, paths)
    if not rule.tags:
        return list(rows.order_by().values_list("pk", flat=True)[:most])
    tagged = _tagged(rule)
    if tagged is not None:
        rows = rows.filter(pk__in=among(sorted(tagged)))
    # Tags are compared as they stand: the index folds case, a rule does not.
    wanted, found = set(rule.tags), []
    for pk, tags in rows.order_by().values_list("pk", "tags").iterator():
        if wanted <= set(tags):
            found.append(pk)
            if len(found) == most:
                break
    return found


def _walked(rule: BlueprintRule, paths: TopicPaths, limit: int, stream: SeededStream) -> list[int]:
    """Return ids of a dense rule from several places of its bank."""
    own = Question.objects.filter(bank_id=rule.bank_id).order_by()
    low, high = own.aggregate(at=Min("pk"))["at"], own.aggregate(at=Max("pk"))["at"]
    rows = fitting_questions(rule, paths, may_walk=True).order_by("pk").values_list("pk", flat=True)
    found: set[int] = set()
    for _stretch in range(STRETCHES):
        found.update(rows.filter(pk__gte=low + stream.below(high - low + 1))[: limit // STRETCHES])
    for pk in rows[:limit]:
        if len(found) >= limit:
            break
        found.add(pk)
    return sorted(found)


def read_candidates(
    *,
    rules: Sequence[BlueprintRule],
    paths: TopicPaths,
    sample: int,
    seed: str | int,
    fixed: Collection[int] = (),
) -> Candidates:
    """Return for every rule all questions that fit it and are not `fixed`, or `sample` of them where there are more.

    A query for each rule without tags that up to COUNT_LIMIT questions fit, some more for a denser one, and one
    for all of what is then used. The same seed gives the same sample of the same bank.
    """
    chosen: set[int] = set()
    counts = []
    is_all = True
    for place, rule in enumerate(rules):
        stream = SeededStream(seed, "candidates", place)
        ids = [pk for pk in _fitting_ids(rule, paths, most=COUNT_LIMIT + 1 + len(fixed)) if pk not in fixed]
        counts.append(len(ids))
        if len(ids) > COUNT_LIMIT and not rule.tags:
            ids = [pk for pk in _walked(rule, paths, sample, stream) if pk not in fixed]
            is_all = False
        elif len(ids) > sample:
            ordered = sorted(ids)
            ids, is_all = [ordered[at] for at in stream.sample(len(ordered), sample)], False
        chosen.update(ids)
    rows = (
        Question.objects.drawable()
        .filter(pk__in=among(sorted(chosen)))
        .annotate(exposure=exposure_of())
        .values_list("pk", "current_version_id", "bank_id", "topic_id", "type", "difficulty", "tags", "exposure")
    )
    items, version_of = [], {}
    for pk, version_id, bank_id, topic_id, type_, difficulty, tags, exposure in rows if chosen else ():
        topic = (f"bank{bank_id}", *paths.get(topic_id, ()))
        items.append(BankItem(version_id, topic, type_, difficulty, frozenset(tags), exposure))
        version_of[pk] = version_id
    return Candidates(items=tuple(items), version_of=version_of, counts=tuple(counts), is_all=is_all)


def enemy_pairs(question_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Return the pairs of enemies with both questions among these; one query."""
    ids = sorted(set(question_ids))
    rows = QuestionEnemies.objects.filter(Q(first_id__in=among(ids)) & Q(second_id__in=among(ids)))
    return list(rows.values_list("first_id", "second_id"))
