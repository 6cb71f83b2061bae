"""The page of a bank's topic tree: add, rename, order, move, merge, delete, undo; by form, by hand or by keys."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.core.errors import DomainError, InvalidInput, NotFound
from edu.core.ids import find_uuid
from exams.authoring.banks import create_topic
from exams.authoring.entries import author_page, say
from exams.authoring.listing import list_topics
from exams.authoring.topic_changes import get_change, list_changes
from exams.authoring.topic_merge import merge_topics
from exams.authoring.topic_tree import move_topic, place_topic, remove_topic, rename_topic
from exams.authoring.topic_undo import undo_change
from exams.models import Bank, Topic, TopicChange
from exams.policies_authoring import get_editable_bank


@author_page
def topics(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show the tree with the counts of its subtrees, or change it."""
    bank = get_editable_bank(request.user, public_id)
    if request.method == "POST":
        return _change(request, bank)
    nodes = list_topics(bank=bank)
    chosen = next((node for node in nodes if str(node.topic.public_id) == request.GET.get("topic")), None)
    if chosen is not None:
        chosen.others = [node for node in nodes if not node.topic.path.startswith(chosen.topic.path)]
    changes = list_changes(bank=bank)
    context = {
        "desk": "instructor",
        "title": _("Topics"),
        "bank": bank,
        "topics": nodes,
        "chosen": chosen,
        "changes": changes,
        "changed": _changed(bank, changes, request.GET.get("changed", "")),
    }
    return render(request, "exams/authoring/topics.html", context)


def _changed(bank: Bank, changes: list[TopicChange], key: str) -> TopicChange | None:
    """Return the change that the page tells of and offers to undo."""
    if not key:
        return None
    known = next((row for row in changes if str(row.public_id) == key), None)
    return known or TopicChange.objects.filter(bank=bank, public_id=find_uuid(key)).first()


def _change(request: HttpRequest, bank: Bank) -> HttpResponse:
    verb, _colon, key = request.POST.get("do", "").partition(":")
    topic: Topic | None = None
    change: TopicChange | None = None
    try:
        if verb == "undo":
            topic = _undo(request, bank, key)
        elif verb == "add":
            parent = _find(bank, key) if key else None
            above = [one.name for one in _path_of(parent)]
            topic = create_topic(bank=bank, path=[*above, request.POST.get("name", "")])
        else:
            topic = _find(bank, key)
            change = _apply(request, bank, verb, topic)
            if verb in {"merge", "delete"}:
                topic = _find(bank, request.POST["into"]) if request.POST.get("into") else None
    except NotFound:
        raise
    except DomainError as error:
        say(request, error)
        if getattr(request, "htmx", False):
            return HttpResponse(_(error.message), status=409, content_type="text/plain; charset=utf-8")
    if getattr(request, "htmx", False):
        return JsonResponse({"undo": f"undo:{change.public_id}"}) if change else HttpResponse(status=204)
    if request.POST.get("back") == "bank":
        return redirect("authoring:bank", public_id=bank.public_id)
    answer = redirect("authoring:topics", public_id=bank.public_id)
    said = {"topic": str(topic.public_id)} if topic is not None else {}
    if change is not None:
        said["changed"] = str(change.public_id)
    if said:
        place = "changed" if change else f"topic-{said['topic']}"
        answer["Location"] += f"?{urlencode(said)}#{place}"
    return answer


def _apply(request: HttpRequest, bank: Bank, verb: str, topic: Topic) -> TopicChange | None:
    """Do what the button says with a topic; returns the change, None where nothing is other than before."""
    if verb == "rename":
        return rename_topic(topic=topic, name=request.POST.get("name", ""), actor=request.user)
    if verb in {"up", "down"}:
        return move_topic(topic=topic, step=-1 if verb == "up" else 1, actor=request.user)
    if verb == "place":
        parent_key, position = request.POST.get("parent", ""), request.POST.get("position", "")
        return place_topic(
            topic=topic,
            parent=_find(bank, parent_key) if parent_key else None,
            position=int(position) if position.isascii() and position.isdecimal() and len(position) < 6 else 99_999,
            actor=request.user,
        )
    into_key = request.POST.get("into", "")
    into = _find(bank, into_key) if into_key else None
    if verb == "delete":
        return remove_topic(topic=topic, target=into, actor=request.user, only_empty="into" not in request.POST)
    if verb != "merge":
        raise Http404
    if into is None:
        raise InvalidInput(_("Choose the topic to merge it into."), field="into")
    return merge_topics(source=topic, target=into, actor=request.user)


def _undo(request: HttpRequest, bank: Bank, key: str) -> Topic:
    """Take a change back and say what came of it; returns the topic that stands as before."""
    change = get_change(bank=bank, public_id=find_uuid(key))
    undone = undo_change(change=change, actor=request.user)
    n = undone.restored
    if change.kind == TopicChange.Kind.RENAME:
        text = _("The topic is called “%(topic)s” again.") % {"topic": undone.topic.name}
    elif change.kind in {TopicChange.Kind.MOVE, TopicChange.Kind.ORDER}:
        text = _("“%(topic)s” stands again where it stood.") % {"topic": undone.topic.name}
    elif change.question_count:
        text = ngettext("%(n)s question went back.", "%(n)s questions went back.", n) % {"n": n}
    else:
        text = _("“%(topic)s” is there again.") % {"topic": undone.topic.name}
    if undone.stayed:
        text += " " + ngettext(
            "%(n)s that was moved or deleted since stays as it is.",
            "%(n)s that were moved or deleted since stay as they are.",
            undone.stayed,
        ) % {"n": undone.stayed}
    messages.success(request, text)
    return undone.topic


def _find(bank: Bank, key: str) -> Topic:
    topic = Topic.objects.filter(bank=bank, public_id=find_uuid(key)).select_related("bank").first()
    if topic is None:
        raise Http404
    return topic


def _path_of(topic: Topic | None) -> list[Topic]:
    if topic is None:
        return []
    ids = [int(part) for part in topic.path.split("/") if part]
    by_id = Topic.objects.in_bulk(ids)
    return [by_id[pk] for pk in ids]
