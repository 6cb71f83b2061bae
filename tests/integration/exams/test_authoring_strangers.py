"""Strangers meet nothing of a bank: every address of /teach/ for it, and of Wagtail's viewsets, by GET and by POST."""

import re
import uuid

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver, get_resolver

from exams.authoring.banks import create_topic
from exams.authoring.bulk import plan_bulk
from exams.authoring.comments import add_comment
from exams.authoring.papers import create_paper
from exams.authoring.reports import report_question
from exams.models import ImportBatch, Question
from tests.factories.exams import make_user
from tests.integration.exams.authoring_people import make_author, make_shared_bank, write

pytestmark = pytest.mark.django_db

SECRET = "SECRET-WORDS"
NAMESPACES = {"authoring"}
PUBLIC = {"banks", "new_bank", "papers", "new_paper", "exams", "new_exam", "reviews", "reports", "import_example"}
"""Addresses that belong to nobody: the stranger's own lists, and the template of a spreadsheet."""


@pytest.fixture
def world():
    owner, reviewer = make_author(), make_author()
    bank = make_shared_bank(owner, reviewer=reviewer)
    bank.name = bank.description = SECRET
    bank.save()
    topic = create_topic(bank=bank, path=[SECRET])
    question = write(bank, owner, stem=SECRET, publish=True, topic=topic)
    learner = make_user()
    report = report_question(
        version=question.current_version, reporter=learner, reason="key", text=SECRET, url="/practice/"
    )
    add_comment(question=question, actor=owner, text=SECRET)
    action = plan_bulk(bank=bank, actor=owner, verb="retire", raw={}, public_ids=[str(question.public_id)])
    batch = ImportBatch.objects.create(bank=bank, owner=owner, file_name=f"{SECRET}.xlsx", format="xlsx")
    paper = create_paper(actor=owner, title=SECRET)
    return {
        "banks": bank.public_id,
        "questions": question.public_id,
        "reports": report.public_id,
        "bulk": action.public_id,
        "imports": batch.public_id,
        "papers": paper.public_id,
        "exams": uuid.uuid4(),
        "question_pk": question.pk,
        "bank_pk": bank.pk,
        "paper_pk": paper.pk,
        "reviewer": reviewer,
    }


def rows_of_the_room():
    """Return all rows of the room as plain values, to see whether anything changed."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_app_config("exams").get_models()
    }


def patterns(resolver=None, prefix="", namespaces=()):
    """Return (path, name, namespaces) of every address below a resolver."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from patterns(entry, path, inner)
        elif isinstance(entry, URLPattern):
            yield path, entry.name, namespaces


def teaching_addresses(world):
    for path, name, namespaces in patterns():
        if not NAMESPACES & set(namespaces):
            continue
        noun = path.removeprefix("teach/").split("/")[0]
        filled = re.sub(r"<uuid:[^>]+>", str(world.get(noun, uuid.uuid4())), path)
        filled = re.sub(r"<slug:type>", "single_choice", filled)
        filled = re.sub(r"<slug:language>|<str:language>", "en", filled)
        filled = re.sub(r"<int:[^>]+>", "1", filled)
        filled = re.sub(r"<[^>]+>", "xlsx", filled)
        yield name, f"/{filled}"


POST = {
    "do": "save",
    "verb": "delete",
    "scope": "all",
    "name": "Stolen",
    "text": "1. Stolen?\nA. x\nB. y\n答案：A",
    "stem": "Stolen",
    "reply": "Stolen",
    "email": "x@example.com",
    "role": "edit",
    "state": "v1",
    "state_key": "v1",
}
VERBS = ("save", "publish", "retire", "lock", "discard", "submit", "approve", "run", "undo", "add:", "add")


def test_every_address_of_teaching_shows_and_changes_nothing_for_a_stranger(client, world):
    client.force_login(make_author())
    before = rows_of_the_room()
    seen = 0
    for name, address in teaching_addresses(world):
        answer = client.get(address)
        assert answer.status_code in ({200, 302} if name in PUBLIC else {404, 405}), (name, address, answer.status_code)
        assert SECRET not in answer.content.decode(errors="replace"), address
        if name in PUBLIC:
            continue
        for verb in VERBS:
            answer = client.post(address, POST | {"do": verb})
            assert answer.status_code in {404, 405}, (name, address, verb, answer.status_code)
        seen += 1
    assert seen >= 30
    assert rows_of_the_room() == before


def test_a_learner_and_nobody_at_all_do_not_enter(client, world):
    before = rows_of_the_room()
    for user in (None, make_user()):
        if user is not None:
            client.force_login(user)
        for name, address in teaching_addresses(world):
            for answer in (client.get(address), client.post(address, POST)):
                assert answer.status_code in {302, 403, 404, 405}, (name, answer.status_code)
                assert SECRET not in answer.content.decode(errors="replace")
    assert rows_of_the_room() == before


def test_a_reviewer_reads_and_changes_nothing_but_reviews_and_remarks(client, world):
    client.force_login(world["reviewer"])
    before = rows_of_the_room()
    readable = {"bank", "review", "history", "figures", "version", "question"}
    for name, address in teaching_addresses(world):
        if name in PUBLIC or "/papers/" in address or "/exams/" in address:
            continue
        answer = client.get(address)
        expected = {200, 302} if name in readable else {404, 405}
        assert answer.status_code in expected, (name, answer.status_code)
        if name in {"comment", "review_decide"}:
            continue
        for verb in VERBS:
            answer = client.post(address, POST | {"do": verb})
            assert answer.status_code in ({200, 302} if name in readable else {404, 405}), (name, verb)
    for verb in ("submit", "withdraw"):
        address = f"/teach/questions/{world['questions']}/review/do/"
        assert client.post(address, {"do": verb}).status_code == 404
    assert rows_of_the_room() == before


def snippet_addresses(world):
    for path, name, _namespaces in patterns():
        if not re.match(r"cms/snippets/exams/(question|bank|paper)/", path):
            continue
        noun = path.split("/")[3]
        key = str(world[f"{noun}_pk"])
        filled = re.sub(r"\(\?P<pk>[^)]*\)", key, path)
        filled = re.sub(r"\(\?P<revision_id_\w>[^)]*\)", "latest", filled).replace("\\.", ".")
        filled = re.sub(r"<[^>]+>", key, filled)
        yield name, "/" + filled.replace("^", "").replace("$", "")


def test_every_address_of_the_viewsets_shows_and_changes_nothing_for_a_stranger(client, world):
    stranger = make_author(is_staff=True)
    stranger.groups.add(*Group.objects.all())
    client.force_login(stranger)
    before = rows_of_the_room()
    seen = 0
    for _name, address in snippet_addresses(world):
        for answer in (client.get(address), client.post(address, POST)):
            assert answer.status_code in {200, 301, 302, 403, 404, 405}, (address, answer.status_code)
            assert SECRET not in answer.content.decode(errors="replace"), address
        seen += 1
    assert seen >= 20, seen
    assert rows_of_the_room() == before
    assert Question.objects.get().summary == SECRET
