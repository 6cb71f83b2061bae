"""Banks, papers and exams: bulk records, lists, blueprints, scheduling; strangers get 404 everywhere."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from edu.access.models import Door
from edu.core.clock import now_utc
from edu.core.errors import Conflict, InvalidInput, NotFound
from edu.events.models import OutboxEvent
from exams.authoring.banks import create_bank, create_topic
from exams.authoring.blueprints import save_rule
from exams.authoring.exams import archive_exam, save_exam, schedule_exam
from exams.authoring.feasibility import check_feasibility
from exams.authoring.paper_rows import add_items, add_section
from exams.authoring.papers import copy_paper, create_paper
from exams.authoring.publishing import BlueprintInfeasible, publish_paper
from exams.authoring.records import import_records
from exams.models import Bank, Exam, Paper, Question, QuestionVersion, Topic
from tests.factories.exams import SAMPLES, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


def records(count, *, type_="single_choice", topic=("One", "Two"), start=1):
    sample = SAMPLES[type_]
    return [
        {
            "ref": f"r-{number}",
            "type": type_,
            "topic": list(topic),
            "difficulty": 1 + number % 5,
            "tags": ["t"],
            "content": {**sample["content"], "stem": f"{sample['content']['stem']} {number}"},
            "key": sample["key"],
        }
        for number in range(start, start + count)
    ]


def make_full_bank(author, count=6):
    bank = create_bank(actor=author, name="Bank")
    import_records(bank=bank, records=records(count), author=author)
    return bank


def test_records_are_written_in_bulk_and_a_second_time_change_nothing(author, django_assert_max_num_queries):
    bank = create_bank(actor=author, name="Bank")
    began = time.perf_counter()
    with django_assert_max_num_queries(20):
        done = import_records(bank=bank, records=records(160), author=author)
    assert (done.created, done.updated, done.unchanged) == (160, 0, 0)
    assert time.perf_counter() - began < 5
    assert QuestionVersion.objects.count() == Question.objects.filter(current_version__isnull=False).count() == 160
    assert list(Topic.objects.values_list("name", flat=True)) == ["One", "Two"]
    again = import_records(bank=bank, records=records(160), author=author)
    assert (again.created, again.unchanged) == (0, 160)
    changed = records(1)
    changed[0]["content"] = {**changed[0]["content"], "stem": "New"}
    assert import_records(bank=bank, records=changed, author=author).updated == 1
    assert Question.objects.get(ref="r-1").current_version.number == 2


def test_a_faulty_record_is_named_and_nothing_is_written(author):
    bank = create_bank(actor=author, name="Bank")
    broken = records(3)
    broken[2]["key"] = {"fractions": {}}
    with pytest.raises(InvalidInput, match=r"Question 3 \(r-3\)"):
        import_records(bank=bank, records=broken, author=author)
    assert Question.objects.count() == 0


def test_only_authors_make_banks(author):
    from edu.core.errors import NotAllowed

    with pytest.raises(NotAllowed):
        create_bank(actor=make_user(), name="x")
    with pytest.raises(InvalidInput):
        create_bank(actor=author, name=" ")
    with pytest.raises(NotFound):
        create_bank(actor=author, name="x", organization_id=99)
    assert Bank.objects.count() == 0


@pytest.mark.parametrize("size", [4, 28])
def test_the_bank_page_asks_the_same_number_of_queries_whatever_its_size(
    client, author, size, django_assert_num_queries
):
    bank = make_full_bank(author, size)
    url = reverse("authoring:bank", args=[bank.public_id])
    client.get(url)
    with django_assert_num_queries(9):
        response = client.get(url)
    assert response.status_code == 200


def test_the_bank_page_filters_and_searches(client, author):
    bank = make_full_bank(author)
    import_records(bank=bank, records=records(1, type_="true_false", topic=["Other"], start=50), author=author)
    url = reverse("authoring:bank", args=[bank.public_id])
    assert "Water is wet" in client.get(url, {"type": "true_false"}).content.decode()
    assert "One plus one" not in client.get(url, {"q": "water wet"}).content.decode()
    assert "Water is wet" in client.get(url, {"tag": "t", "q": "r-50"}).content.decode()
    assert "No question fits" in client.get(url, {"tag": "none"}).content.decode()
    topic = Topic.objects.get(name="Other")
    assert "One plus one" not in client.get(url, {"topic": str(topic.public_id)}).content.decode()


def test_topics_are_added_renamed_moved_and_deleted(client, author):
    bank = create_bank(actor=author, name="Bank")
    url = reverse("authoring:topics", args=[bank.public_id])
    client.post(url, {"do": "add:", "name": "A"})
    client.post(url, {"do": "add:", "name": "B"})
    first, second = Topic.objects.order_by("position")
    client.post(url, {"do": f"add:{first.public_id}", "name": "A1"})
    client.post(url, {"do": f"up:{second.public_id}"})
    client.post(url, {"do": f"rename:{second.public_id}", "name": "Second"})
    assert [t.name for t in Topic.objects.filter(parent=None).order_by("position")] == ["Second", "A"]
    client.post(url, {"do": f"delete:{first.public_id}"})
    assert Topic.objects.filter(name="A").exists()
    client.post(url, {"do": f"delete:{second.public_id}"})
    assert not Topic.objects.filter(name="Second").exists()


PAPER_PAGES = (
    *("paper", "paper_act", "paper_order", "paper_illustration", "paper_pick", "paper_rule", "paper_blueprint"),
    *("paper_check", "paper_grid", "paper_preview", "paper_versions", "paper_pdf", "paper_answer_sheet"),
)


def make_paper(author, bank, count):
    paper = create_paper(actor=author, title="Paper")
    section = add_section(paper=paper, title="One")
    save_rule(section=section, actor=author, bank=bank, count=count, marks=Decimal(2))
    return paper, section


def test_a_blueprint_that_lacks_questions_says_how_many_and_publishes_nothing(author):
    bank = make_full_bank(author)
    paper, _section = make_paper(author, bank, 9)
    check = next(iter(check_feasibility(paper=paper).checks.values()))
    assert (check.needed, check.fitting, check.lacking) == (9, 6, 3)
    with pytest.raises(BlueprintInfeasible):
        publish_paper(paper=paper, actor=author)
    paper.refresh_from_db()
    assert paper.current_version is None


def test_a_published_paper_is_frozen_and_a_copy_is_free(author):
    bank = make_full_bank(author)
    paper, section = make_paper(author, bank, 3)
    add_items(section=section, questions=list(Question.objects.all()[:2]))
    version = publish_paper(paper=paper, actor=author)
    assert (version.question_count, version.total_marks) == (5, Decimal("8.00"))
    pool = version.structure["sections"][0]["pools"][0]
    fixed = [item["version_id"] for item in version.structure["sections"][0]["items"]]
    assert len(pool["version_ids"]) == 4
    assert not set(pool["version_ids"]) & set(fixed)
    copy = copy_paper(paper=paper, actor=author, title="Copy")
    assert (copy.sections.get().items.count(), copy.sections.get().rules.count()) == (2, 1)
    assert copy.current_version is None
    assert Door.objects.filter(product_key=paper.product_key).exists()


def test_an_exam_is_scheduled_with_a_frozen_paper_and_a_door(author):
    bank = make_full_bank(author)
    paper, _section = make_paper(author, bank, 3)
    now = now_utc()
    times = {"opens_at": now, "closes_at": now + timedelta(days=1), "duration_seconds": 3600}
    exam = save_exam(actor=author, paper=paper, title="Exam", **times)
    with pytest.raises(Conflict):
        schedule_exam(exam=exam, actor=author)
    version = publish_paper(paper=paper, actor=author)
    schedule_exam(exam=exam, actor=author)
    schedule_exam(exam=exam, actor=author)
    publish_paper(paper=paper, actor=author)
    exam.refresh_from_db()
    assert (exam.status, exam.paper_version) == ("scheduled", version)
    assert OutboxEvent.objects.filter(name="ExamScheduled").count() == 1
    assert Door.objects.get(product_key=exam.product_key).title == "Exam"
    archive_exam(exam=exam, actor=author)
    assert Exam.objects.get().status == "archived"
    with pytest.raises(InvalidInput):
        save_exam(actor=author, paper=paper, title="Exam", **times | {"closes_at": now})


def test_the_exam_page_needs_only_three_fields(client, author):
    bank = make_full_bank(author)
    paper, _section = make_paper(author, bank, 3)
    publish_paper(paper=paper, actor=author)
    data = {"paper": str(paper.public_id), "title": "Final", "opens_at": "2030-01-01T09:00", "do": "schedule"}
    data["duration_minutes"] = "60"
    response = client.post(reverse("authoring:new_exam"), data)
    assert response.status_code == 302, response.content.decode()[:3000]
    exam = Exam.objects.get()
    assert (exam.status, exam.duration_seconds, exam.attempts_allowed) == ("scheduled", 3600, 1)
    assert client.get(response.url).status_code == 200
    assert "Final" in client.get(reverse("authoring:exams")).content.decode()


def test_the_paper_pages_work_from_empty_to_published(client, author):
    bank = make_full_bank(author)
    client.post(reverse("authoring:new_paper"), {"title": "Paper", "language": "en"})
    paper = Paper.objects.get()
    url, act = (
        reverse("authoring:paper", args=[paper.public_id]),
        reverse("authoring:paper_act", args=[paper.public_id]),
    )
    section = paper.sections.get()
    pick = reverse("authoring:paper_pick", args=[paper.public_id])
    assert client.get(pick, {"section": section.pk, "bank": str(bank.public_id)}).status_code == 200
    chosen = [str(q.public_id) for q in Question.objects.all()[:2]]
    client.post(pick, {"section": section.pk, "question": chosen})
    assert section.items.count() == 2
    rule = reverse("authoring:paper_rule", args=[paper.public_id])
    assert client.get(rule, {"section": section.pk}).status_code == 200
    data = {
        "section": section.pk,
        "bank": str(bank.public_id),
        "difficulty_min": 1,
        "difficulty_max": 5,
        "count": 9,
        "marks": 1,
    }
    assert client.post(rule, data | {"do": "save"}).status_code == 302
    page = client.get(url).content.decode()
    assert "Rule 1 lacks 5 questions." in page
    client.post(act, {"do": "publish"})
    paper.refresh_from_db()
    assert paper.current_version is None
    client.post(rule, data | {"do": "save", "count": 2, "rule": section.rules.get().pk})
    first, second = section.items.order_by("position")
    client.post(act, {"do": f"down:item:{first.pk}"})
    assert list(section.items.order_by("position")) == [second, first]
    client.post(act, {"do": f"marks:item:{first.pk}", f"marks-{first.pk}": "3.5"})
    client.post(act, {"do": "add:section", "title": "Two"})
    client.post(act, {"do": "publish"})
    paper.refresh_from_db()
    assert paper.current_version.total_marks == Decimal("6.50")
    assert client.get(reverse("authoring:paper_preview", args=[paper.public_id])).status_code == 200
    assert client.get(reverse("authoring:papers")).status_code == 200


def test_strangers_get_404_on_every_address_and_change_nothing(client, author):
    bank = make_full_bank(author, 2)
    paper, section = make_paper(author, bank, 1)
    publish_paper(paper=paper, actor=author)
    now = now_utc()
    exam = save_exam(
        actor=author, paper=paper, title="E", opens_at=now, closes_at=now + timedelta(days=1), duration_seconds=600
    )
    question = Question.objects.first()
    topic = create_topic(bank=bank, path=["T"])
    addresses = [
        *(
            reverse(f"authoring:{name}", args=[bank.public_id])
            for name in ("bank", "edit_bank", "topics", "choose_type", "import")
        ),
        reverse("authoring:new_question", args=[bank.public_id, "essay"]),
        reverse("authoring:preview", args=[bank.public_id, "essay"]),
        reverse("authoring:question", args=[question.public_id]),
        reverse("authoring:question_status", args=[question.public_id]),
        reverse("authoring:question_enemies", args=[question.public_id]),
        reverse("authoring:version", args=[question.public_id, 1]),
        *(reverse(f"authoring:{name}", args=[paper.public_id]) for name in PAPER_PAGES),
        reverse("authoring:exam", args=[exam.public_id]),
        reverse("authoring:exam_act", args=[exam.public_id]),
    ]
    before = [list(model.objects.order_by("pk").values()) for model in (Bank, Question, Topic, Paper, Exam)]
    verbs = [
        "archive",
        "publish",
        "retire",
        "schedule",
        f"delete:{topic.public_id}",
        f"remove:section:{section.pk}",
        "save",
    ]
    for person, expected in ((make_user(is_instructor=True), {404, 405}), (make_user(), {403})):
        client.force_login(person)
        for address in addresses:
            assert client.get(address).status_code in expected | {405}, address
            for verb in verbs:
                data = {"do": verb, "name": "x", "title": "x", "stem": "x", "section": section.pk}
                assert client.post(address, data).status_code in expected | {405}, address
    assert [list(model.objects.order_by("pk").values()) for model in (Bank, Question, Topic, Paper, Exam)] == before
    client.logout()
    assert {client.get(address).status_code for address in addresses} <= {302, 405}


def test_a_stranger_walks_every_admin_address_and_meets_nothing(client, author, admin_user):
    from django.contrib.auth.models import Permission

    from exams.wagtail_hooks import BankViewSet, PaperViewSet, QuestionViewSet

    bank = make_full_bank(author, 1)
    paper, _section = make_paper(author, bank, 1)
    question = Question.objects.get()
    stranger = make_user(is_instructor=True, is_staff=True)
    stranger.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["exams", "wagtailadmin"]))
    client.force_login(stranger)
    before = [list(model.objects.order_by("pk").values()) for model in (Bank, Question, Paper)]
    seen = 0
    for viewset_class, row in ((QuestionViewSet, question), (BankViewSet, bank), (PaperViewSet, paper)):
        viewset = viewset_class()
        for pattern in viewset.get_urlpatterns():
            text = str(pattern.pattern)
            if "pk" not in text:
                continue
            seen += 1
            for method in ("get", "post"):
                request = getattr(__import__("django.test", fromlist=["RequestFactory"]).RequestFactory(), method)("/")
                request.user = stranger
                from django.http import Http404

                with pytest.raises(Http404):
                    pattern.callback(request, pk=str(row.pk))
    assert seen > 10
    assert [list(model.objects.order_by("pk").values()) for model in (Bank, Question, Paper)] == before
