"""Lists of the authoring pages: questions by filter, topics with counts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast

from exams.models import Bank, Question, Topic


@dataclass(kw_only=True)
class TopicNode:
    """A topic of the side tree: how deep it stands, and how many questions lie in it and below."""

    topic: Topic
    depth: int
    count: int = 0


def list_topics(*, bank: Bank) -> list[TopicNode]:
    """Return the topics in reading order with their counts; two queries whatever their number."""
    topics = list(Topic.objects.filter(bank=bank))
    nodes = {topic.pk: TopicNode(topic=topic, depth=topic.path.count("/") - 2) for topic in topics}
    counts = Question.objects.filter(bank=bank, topic__isnull=False).values("topic_id").annotate(n=Count("pk"))
    for topic_id, count in counts.values_list("topic_id", "n"):
        for above in (int(part) for part in nodes[topic_id].topic.path.split("/") if part):
            nodes[above].count += count
    children: dict[int | None, list[Topic]] = {}
    for topic in topics:
        children.setdefault(topic.parent_id, []).append(topic)
    ordered: list[TopicNode] = []

    def walk(parent_id: int | None) -> None:
        for topic in sorted(children.get(parent_id, ()), key=lambda row: (row.position, row.pk)):
            ordered.append(nodes[topic.pk])
            walk(topic.pk)

    walk(None)
    return ordered


def list_questions(*, bank: Bank, topic: Topic | None, filters: Mapping[str, Any]) -> QuerySet[Question]:
    """Return the bank's questions that fit the filters, newest first; every word of the search has to occur."""
    rows = (
        Question.objects.filter(bank=bank).select_related("topic").defer("content", "key", "explanation", "search_text")
    )
    if topic is not None:
        rows = rows.filter(topic__path__startswith=topic.path)
    for name in ("type", "difficulty", "status"):
        if filters.get(name):
            rows = rows.filter(**{name: filters[name]})
    if filters.get("tag"):
        # `contains` on JSON does not exist on SQLite, so the list is searched as text: escaped there, plain on
        # PostgreSQL.
        tag = str(filters["tag"]).strip()
        rows = rows.annotate(tag_text=Cast("tags", TextField())).filter(
            Q(tag_text__contains=json.dumps(tag)) | Q(tag_text__contains=f'"{tag}"')
        )
    for word in str(filters.get("q") or "").split()[:8]:
        rows = rows.filter(Q(search_text__icontains=word) | Q(ref__iexact=word))
    return rows.order_by("-pk")
