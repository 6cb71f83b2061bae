"""The page of a bank's topic tree: add, rename, order, move, merge, delete; by form, by hand or by keys."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.core.errors import DomainError, InvalidInput, NotFound
from edu.core.ids import find_uuid
from exams.authoring.banks import create_topic, delete_topic, move_topic, rename_topic
from exams.authoring.entries import author_page, say
from exams.authoring.listing import list_topics
from exams.authoring.topic_merge import get_merge, list_merges, merge_topics, undo_merge
from exams.authoring.topic_tree import place_topic, remove_topic
from exams.models import Bank, Topic, TopicMerge
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
    merges = list_merges(bank=bank)
    context = {
        "desk": "instructor",
        "title": _("Topics"),
        "bank": bank,
        "topics": nodes,
        "chosen": chosen,
        "merges": merges,
        "merged": next((row for row in merges if str(row.public_id) == request.GET.get("merged")), None),
    }
    return render(request, "exams/authoring/topics.html", context)


def _change(request: HttpRequest, bank: Bank) -> HttpResponse:
    verb, _colon, key = request.POST.get("do", "").partition(":")
    topic = None
    after = ""
    try:
        if verb == "merge":
            merge = _merge(bank, key, request)
            after = f"?topic={request.POST['into']}&merged={merge.public_id}#merged"
        elif verb == "unmerge":
            after = f"?topic={_unmerge(request, bank, key)}#topic-tools"
        elif verb == "add":
            parent = _find(bank, key) if key else None
            above = [one.name for one in _path_of(parent)]
            topic = create_topic(bank=bank, path=[*above, request.POST.get("name", "")])
        else:
            topic = _apply(request, bank, verb, _find(bank, key))
    except NotFound:
        raise
    except DomainError as error:
        say(request, error)
        if getattr(request, "htmx", False):
            return HttpResponse(_(error.message), status=409, content_type="text/plain; charset=utf-8")
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)
    if request.POST.get("back") == "bank":
        return redirect("authoring:bank", public_id=bank.public_id)
    answer = redirect("authoring:topics", public_id=bank.public_id)
    if after:
        answer["Location"] += after
    elif topic is not None and topic.pk:
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
    if verb == "delete" and "into" not in request.POST:
        delete_topic(topic=topic)
        return None
    if verb == "delete":
        moved = remove_topic(topic=topic, target=into, actor=request.user)
    else:
        raise Http404
    text = ngettext("%(n)s question moved.", "%(n)s questions moved.", moved)
    messages.success(request, text % {"n": moved})
    return into


def _merge(bank: Bank, key: str, request: HttpRequest) -> TopicMerge:
    source, into_key = _find(bank, key), request.POST.get("into", "")
    if not into_key:
        raise InvalidInput(_("Choose the topic to merge it into."), field="into")
    return merge_topics(source=source, target=_find(bank, into_key), actor=request.user)


def _unmerge(request: HttpRequest, bank: Bank, key: str) -> str:
    """Take a merge back and say what came of it; returns the address of the topic that stands again."""
    merge = get_merge(bank=bank, public_id=find_uuid(key))
    restored, stayed = undo_merge(merge=merge, actor=request.user)
    text = ngettext("%(n)s question went back.", "%(n)s questions went back.", restored) % {"n": restored}
    if stayed:
        text += " " + ngettext(
            "%(n)s that was moved or deleted since stays as it is.",
            "%(n)s that were moved or deleted since stay as they are.",
            stayed,
        ) % {"n": stayed}
    messages.success(request, text)
    return str(merge.topics[0]["public_id"])


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
