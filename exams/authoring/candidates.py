"""What a blueprint has to know of the banks: for every rule enough of the questions that fit it, never a whole bank.

A rule that more questions fit than a paper can use is met whatever the other rules take, so a sample of them is
enough: publishing a paper costs the same in a bank of a million questions as in one of ten thousand.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, IntegerField, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from exams.authoring.term_index import MAXIMUM_HITS, among, find_question_ids
from exams.domain.assembly import BankItem
from exams.domain.registry import question_types
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
    COUNT_LIMIT + 1, and `is_sampled` whether only some of them are here.

    The count of a sampled rule includes what is published and may yet not be drawn, waiting for approval say.
    """

    items: tuple[BankItem, ...]
    version_of: Mapping[int, int]
    counts: tuple[int, ...]
    is_sampled: tuple[bool, ...]

    @property
    def is_all(self) -> bool:
        """Whether nothing was left out."""
        return not any(self.is_sampled)


def topic_paths(bank_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the path of every topic of these banks, as ids from the top; one query."""
    rows = Topic.objects.filter(bank_id__in=set(bank_ids)).values_list("pk", "path")
    return {pk: tuple(part for part in path.split("/") if part) for pk, path in rows}


def exposure_of() -> Any:
    """Return the expression for how many marked answers in exams a question has, over all its versions."""
    rows = QuestionStatistics.objects.filter(question=OuterRef("pk")).order_by().values("question")
    return Coalesce(Subquery(rows.annotate(n=Sum("exam_count")).values("n"), output_field=IntegerField()), 0)


def _published(rule: BlueprintRule, paths: TopicPaths, *, may_walk: bool = False) -> QuerySet[Question]:
    """Return the published questions that fit a rule but perhaps for its tags, in no order.

    All it asks stands in one index, so ids are read without their rows; whether a question may be drawn is asked of
    the few that are used. With `may_walk` no index but that of the bank's ids can be used: for reading on from an id
    where many fit.
    """
    rows: QuerySet[Question] = Question.everything.filter(status=Question.Status.PUBLISHED)
    topic, difficulty = "topic_id", "difficulty"
    if may_walk:
        # A sum is in no index.
        rows = rows.annotate(topic_key=F("topic_id") + 0, difficulty_key=F("difficulty") + 0)
        topic, difficulty = "topic_key", "difficulty_key"
    if rule.topic_id is None or may_walk:
        rows = rows.filter(bank_id=rule.bank_id)
    if rule.topic_id is not None:
        # A topic lies in one bank: without the bank, the index of topics has all that is asked.
        own = str(rule.topic_id)
        rows = rows.filter(**{f"{topic}__in": [pk for pk, path in paths.items() if own in path]})
    if rule.types or not may_walk:
        # Naming all types lets ids be read from an index that begins with the type.
        rows = rows.filter(type__in=rule.types or list(question_types()))
    if (rule.difficulty_min, rule.difficulty_max) != (1, 5):
        rows = rows.filter(**{f"{difficulty}__range": (rule.difficulty_min, rule.difficulty_max)})
    if rule.maximum_exposure is not None:
        rows = rows.annotate(exposure=exposure_of()).filter(exposure__lte=rule.maximum_exposure)
    return rows


def _tagged(rule: BlueprintRule) -> tuple[set[int], bool]:
    """Return questions of the bank with all tags of the rule, and whether these are all of them."""
    found: set[int] | None = None
    is_all = True
    for tag in rule.tags:
        ids = find_question_ids(bank_id=rule.bank_id, tag=tag)
        is_all &= len(ids) < MAXIMUM_HITS
        found = set(ids) if found is None else found & set(ids)
    return found or set(), is_all


def _fitting_ids(rule: BlueprintRule, paths: TopicPaths, *, most: int, sample: int) -> tuple[list[int], bool]:
    """Return the ids of those that fit, at most `most`, and whether there are no others."""
    rows = _published(rule, paths).order_by()
    if not rule.tags:
        ids = list(rows.values_list("pk", flat=True)[:most])
        return ids, len(ids) < most
    tagged, is_all = _tagged(rule)
    ids = list(rows.filter(pk__in=among(sorted(tagged))).values_list("pk", flat=True)[:most])
    if is_all or len(ids) > sample:
        return ids, is_all and len(ids) < most
    # A tag of very many questions, of which the other conditions leave few: all of these are looked through.
    wanted = set(rule.tags)
    found = [pk for pk, tags in rows.values_list("pk", "tags").iterator() if wanted <= set(tags)]
    return found[:most], len(found) < most


def _walked(rule: BlueprintRule, paths: TopicPaths, limit: int, stream: SeededStream) -> list[int]:
    """Return ids of a dense rule from several places of its bank."""
    own = Question.everything.filter(bank_id=rule.bank_id).order_by()
    low, high = own.aggregate(at=Min("pk"))["at"], own.aggregate(at=Max("pk"))["at"]
    rows = _published(rule, paths, may_walk=True).order_by("pk").values_list("pk", flat=True)
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
    found: list[tuple[list[int], int]] = []
    for place, rule in enumerate(rules):
        stream = SeededStream(seed, "candidates", place)
        ids, is_whole = _fitting_ids(rule, paths, most=COUNT_LIMIT + 1 + len(fixed), sample=sample)
        ids = [pk for pk in ids if pk not in fixed]
        count = len(ids)
        if not is_whole and not rule.tags:
            ids = [pk for pk in _walked(rule, paths, sample, stream) if pk not in fixed]
        elif len(ids) > sample:
            ordered = sorted(ids)
            ids = [ordered[at] for at in stream.sample(len(ordered), sample)]
        found.append((ids, 0 if is_whole and len(ids) == count else count))
        chosen.update(ids)
    rows = (
        Question.objects.drawable()
        .filter(pk__in=among(sorted(chosen)))
        .annotate(exposure=exposure_of())
        .values_list("pk", "current_version_id", "bank_id", "topic_id", "type", "difficulty", "tags", "exposure")
    )
    items: dict[int, BankItem] = {}
    for pk, version_id, bank_id, topic_id, type_, difficulty, tags, exposure in rows if chosen else ():
        topic = (f"bank{bank_id}", *paths.get(topic_id, ()))
        items[pk] = BankItem(version_id, topic, type_, difficulty, frozenset(tags), exposure)
    counts = tuple(
        count or sum(1 for pk in ids if pk in items and set(rule.tags) <= items[pk].tags)
        for rule, (ids, count) in zip(rules, found, strict=True)
    )
    return Candidates(
        items=tuple(items.values()),
        version_of={pk: item.version_id for pk, item in items.items()},
        counts=counts,
        is_sampled=tuple(count > 0 for _ids, count in found),
    )


def enemy_pairs(question_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Return the pairs of enemies with both questions among these; one query."""
    ids = set(question_ids)
    # Asked by one end: a database that may look up both tries every pair of these questions.
    rows = QuestionEnemies.objects.filter(first_id__in=among(sorted(ids))).values_list("first_id", "second_id")
    return [(first, second) for first, second in rows if second in ids]
