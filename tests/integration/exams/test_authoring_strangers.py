"""Strangers meet nothing of a bank: every address of /teach/ for it, and of Wagtail's viewsets, by GET and by POST."""

import re

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.admin.views.bulk_action.registry import bulk_action_registry

from exams.authoring.banks import create_topic
from exams.authoring.bulk import plan_bulk
from exams.authoring.comments import add_comment
from exams.authoring.papers import create_paper
from exams.authoring.reports import report_question
from exams.models import ImportBatch, ImportRow, Question, QuestionExport
from exams.wagtail_hooks import ScopedViewSet
from tests.factories.exams import make_exam, make_paper_version, make_user
from tests.integration.exams.authoring_people import make_author, make_shared_bank, write

pytestmark = pytest.mark.django_db

SECRET = "SECRET-WORDS"
MODULES = ("exams.authoring", "exams.interchange")
PUBLIC = {"banks", "new_bank", "papers", "new_paper", "exams", "new_exam", "reviews", "reports", "import_example"}
"""Addresses that belong to nobody: the stranger's own lists, and the template of a spreadsheet."""
PLACEHOLDERS = {
    "<slug:type>": "single_choice",
    "<slug:format>": "xlsx",
    "<slug:language>": "en",
    "<int:number>": "1",
    "<int:position>": "1",
}
"""How the parts of an address beside the id of its thing are filled; one that is not here fails the walk."""


@pytest.fixture
def world():
    """Return the id of a thing of a foreign bank for every noun that begins an address."""
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
    batch = ImportBatch.objects.create(
        bank=bank, owner=owner, file_name=f"{SECRET}.xlsx", format="xlsx", state="planned"
    )
    ImportRow.objects.create(batch=batch, position=1, row=1, state="failed", problems=[{"text": SECRET}])
    export = QuestionExport.objects.create(bank=bank, owner=owner, format="xlsx")
    paper = create_paper(actor=owner, title=SECRET)
    exam = make_exam(owner=owner, title=SECRET, paper_version=make_paper_version(versions=[question.current_version]))
    return {
        "banks": bank.public_id,
        "questions": question.public_id,
        "reports": report.public_id,
        "bulk": action.public_id,
        "imports": batch.public_id,
        "exports": export.public_id,
        "papers": paper.public_id,
        "exams": exam.public_id,
        "question_pk": question.pk,
        "bank_pk": bank.pk,
        "paper_pk": paper.pk,
        "revision_pk": question.latest_revision_id or 1,
        "reviewer": reviewer,
    }


def rows_of_the_room():
    """Return all rows of the room as plain values, to see whether anything changed."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_app_config("exams").get_models()
    }


def patterns(resolver=None, prefix=""):
    """Return (path, name, module of the view) of every address below a resolver."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.name, getattr(entry.callback, "__module__", "")


def teaching_addresses(world):
    """Return name and address of all pages of authoring, found in the resolver: new ones are walked unasked."""
    for path, name, module in patterns():
        if not module.startswith(MODULES):
            continue
        noun = path.removeprefix("teach/").split("/")[0]
        if "<uuid:" in path:
            assert noun in world, f"/{path}: make a thing of another's for “{noun}” in world()"
            path = re.sub(r"<uuid:public_id>", str(world[noun]), path, count=1)
        for placeholder in re.findall(r"<[^>]+>", path):
            assert placeholder in PLACEHOLDERS, f"/{path}: say in PLACEHOLDERS how {placeholder} is filled"
            path = path.replace(placeholder, PLACEHOLDERS[placeholder])
        yield name, f"/{path}"


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


VIEWSETS = {"question", "bank", "paper"}
WAGTAIL_PARTS = {
    "slug:action_name": "approve",
    "int:task_state_id": "1",
    "int:workflow_state_id": "1",
    "int:task_id": "1",
}


def viewset_models(kind=ScopedViewSet):
    """Return the model names of all viewsets of the room."""
    for viewset in kind.__subclasses__():
        yield viewset.model._meta.model_name
        yield from viewset_models(viewset)


def snippet_addresses(world):
    """Return the addresses of the viewsets, their choosers, and Wagtail's bulk actions on their models."""
    assert set(viewset_models()) == VIEWSETS, "make a thing of another's for the new viewset in world()"
    for path, _name, _module in patterns():
        match = re.match(r"cms/snippets/(?:choose/)?exams/(\w+)/", path)
        if match is None:
            continue
        key, revision = str(world[f"{match[1]}_pk"]), "live"
        filled = re.sub(r"\(\?P<pk>[^)]*\)|<(?:int|str):pk>", key, path)
        filled = re.sub(r"\(\?P<revision_id_\w>[^)]*\)", revision, filled).replace("\\.", ".")
        filled = filled.replace("<int:revision_id>", str(world["revision_pk"]))
        for part in re.findall(r"<([^>]+)>", filled):
            assert part in WAGTAIL_PARTS, f"/{path}: say in WAGTAIL_PARTS how <{part}> is filled"
            filled = filled.replace(f"<{part}>", WAGTAIL_PARTS[part])
        yield "/" + filled.replace("^", "").replace("$", "")
    for model in sorted(VIEWSETS):
        actions = bulk_action_registry.get_bulk_actions_for_model("exams", model)
        for action in {one.action_type for one in actions}:
            yield f"/cms/bulk/exams/{model}/{action}/?id={world[f'{model}_pk']}&next=/cms/"


@pytest.mark.parametrize("kind", ["staff", "staff with every right of the admin on these models"])
def test_every_address_of_the_viewsets_shows_and_changes_nothing_for_a_stranger(client, world, kind):
    stranger = make_author(is_staff=True)
    stranger.groups.add(*Group.objects.all())
    if kind != "staff":
        stranger.user_permissions.add(*Permission.objects.filter(content_type__app_label="exams"))
    client.force_login(stranger)
    before = rows_of_the_room()
    seen = set()
    for address in snippet_addresses(world):
        for answer in (client.get(address), client.post(address, POST)):
            assert answer.status_code in {200, 301, 302, 403, 404, 405}, (address, answer.status_code)
            assert SECRET not in answer.content.decode(errors="replace"), address
            if answer.status_code == 200 and str(world["question_pk"]) in address.split("/"):
                raise AssertionError(f"{address} is answered")
        seen.add(address)
    assert len(seen) >= 50, len(seen)
    assert rows_of_the_room() == before
    assert Question.objects.get().summary == SECRET


def test_the_owner_herself_deletes_nothing_past_the_check_of_uses(client, world):
    owner = Question.objects.get().bank.owner
    owner.is_staff = True
    owner.save()
    owner.groups.add(*Group.objects.all())
    owner.user_permissions.add(*Permission.objects.filter(content_type__app_label="exams"))
    client.force_login(owner)
    before = rows_of_the_room()
    for model in sorted(VIEWSETS):
        key = world[f"{model}_pk"]
        listing = client.get(f"/cms/snippets/exams/{model}/").content.decode()
        assert SECRET in listing
        assert "data-bulk-action" not in listing
        client.post(f"/cms/snippets/exams/{model}/delete/{key}/", {})
        client.post(f"/cms/bulk/exams/{model}/delete/?id={key}&next=/cms/", {})
    assert rows_of_the_room() == before
