"""The page of a bank's topic tree: add, rename, order, move, merge, delete; by form, by hand or by keys."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.core.errors import DomainError, InvalidInput
from exams.authoring.banks import create_topic, delete_topic, move_topic, rename_topic
from exams.authoring.entries import author_page, say
from exams.authoring.listing import list_topics
from exams.authoring.topic_tree import merge_topics, place_topic, remove_topic
from exams.models import Bank, Topic
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
    context = {"desk": "instructor", "title": _("Topics"), "bank": bank, "topics": nodes, "chosen": chosen}
    return render(request, "exams/authoring/topics.html", context)


def _change(request: HttpRequest, bank: Bank) -> HttpResponse:
    verb, _colon, key = request.POST.get("do", "").partition(":")
    topic = None
    try:
        if verb == "add":
            parent = _find(bank, key) if key else None
            above = [one.name for one in _path_of(parent)]
            topic = create_topic(bank=bank, path=[*above, request.POST.get("name", "")])
        else:
            topic = _apply(request, bank, verb, _find(bank, key))
    except DomainError as error:
        say(request, error)
        if getattr(request, "htmx", False):
            return HttpResponse(_(error.message), status=409, content_type="text/plain; charset=utf-8")
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)
    if request.POST.get("back") == "bank":
        return redirect("authoring:bank", public_id=bank.public_id)
    answer = redirect("authoring:topics", public_id=bank.public_id)
    if topic is not None and topic.pk:
        answer["Location"] += f"?topic={topic.public_id}#topic-{topic.public_id}"
    return answer


def _apply(request: HttpRequest, bank: Bank, verb: str, topic: Topic) -> Topic | None:
    """Do what the button says with a topic; returns the topic that is worked on next."""
    if verb == "rename":
        return rename_topic(topic=topic, name=request.POST.get("name", ""))
    if verb in {"up", "down"}:
        move_topic(topic=topic, step=-1 if verb == "up" else 1)
        return topic
    if verb == "place":
        parent_key, position = request.POST.get("parent", ""), request.POST.get("position", "")
        place_topic(
            topic=topic,
            parent=_find(bank, parent_key) if parent_key else None,
            position=int(position) if position.isascii() and position.isdecimal() and len(position) < 6 else 99_999,
            actor=request.user,
        )
        return topic
    into_key = request.POST.get("into", "")
    into = _find(bank, into_key) if into_key else None
    if verb == "merge":
        if into is None:
            raise InvalidInput(_("Choose the topic to merge it into."), field="into")
        moved = merge_topics(source=topic, target=into, actor=request.user)
    elif verb == "delete" and "into" not in request.POST:
        delete_topic(topic=topic)
        return None
    elif verb == "delete":
        moved = remove_topic(topic=topic, target=into, actor=request.user)
    else:
        raise Http404
    text = ngettext("%(n)s question moved.", "%(n)s questions moved.", moved)
    messages.success(request, text % {"n": moved})
    return into


def _find(bank: Bank, key: str) -> Topic:
    topic = Topic.objects.filter(bank=bank, public_id=key).select_related("bank").first() if len(key) == 36 else None
    if topic is None:
        raise Http404
    return topic


def _path_of(topic: Topic | None) -> list[Topic]:
    if topic is None:
        return []
    ids = [int(part) for part in topic.path.split("/") if part]
    by_id = Topic.objects.in_bulk(ids)
    return [by_id[pk] for pk in ids]
