"""Blueprints: live feedback in words, the form of all rules, the grid, questions kept apart, banks of any size."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edu.audit.models import AuditEntry
from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from exams.authoring import candidates
from exams.authoring.blueprints import RuleInput, save_blueprint, save_grid, save_rule
from exams.authoring.enemies import keep_apart, list_enemies
from exams.authoring.feasibility import check_feasibility
from exams.authoring.paper_rows import add_items, add_section
from exams.authoring.papers import create_paper
from exams.authoring.publishing import BlueprintInfeasible, publish_paper, update_question_versions
from exams.authoring.term_index import index_missing
from exams.domain.assembly import draw
from exams.fetch import pools_of
from exams.models import (
    BankShare,
    BlueprintRule,
    PaperRemoval,
    Question,
    QuestionEnemies,
    QuestionStatistics,
    QuestionVersion,
    Topic,
)
from tests.factories.exams import make_bank, make_question, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return make_user(is_instructor=True)


@pytest.fixture
def bank(author):
    return make_bank(owner=author, name="Tax")


@pytest.fixture
def paper(author):
    paper = create_paper(actor=author, title="Paper")
    add_section(paper=paper, title="One")
    add_section(paper=paper, title="Two")
    return paper


def fill(bank, count, **fields):
    return [Question.objects.get(pk=make_question(bank=bank, **fields).question_id) for _ in range(count)]


def rule(paper, author, bank, count, place=0, **fields):
    section = paper.sections.all()[place]
    return save_rule(section=section, actor=author, bank=bank, count=count, marks=Decimal(1), **fields)


def row(place, section, bank, count, **fields):
    """Return a row of the blueprint's form."""
    data = {"section": section.pk, "source": str(bank.public_id), "count": count, "marks": "1", "rule": ""}
    data |= {"difficulty_min": 1, "difficulty_max": 5} | fields
    return {f"r{place}-{name}": value for name, value in data.items()}


# -- feasibility in words -------------------------------------------------------------------------
def test_what_lacks_is_said_in_words_with_the_rules_it_competes_with(author, bank, paper):
    topic = Topic.objects.create(bank=bank, name="VAT", path="")
    Topic.objects.filter(pk=topic.pk).update(path=f"/{topic.pk}/")
    fill(bank, 3, topic=topic, type="multiple_choice")
    rule(paper, author, bank, 2)
    rule(paper, author, bank, 3, place=1, topic=Topic.objects.get(), types=["multiple_choice"], difficulty_max=3)
    Question.objects.update(difficulty=3)
    found = check_feasibility(paper=paper)
    assert found.problems == (
        "Rule 2 lacks 2 questions (Multiple choice, difficulty 1 to 3, VAT). It competes with rule 1.",
    )
    with pytest.raises(BlueprintInfeasible, match="Rule 2 lacks 2 questions"):
        publish_paper(paper=paper, actor=author)


def test_exposure_and_tags_narrow_a_rule(author, bank, paper):
    first, second, third = fill(bank, 3)
    Question.objects.filter(pk__in=[first.pk, second.pk]).update(tags=["x"])
    index_missing()
    QuestionStatistics.objects.create(
        version=first.current_version, question=first, exam_count=4, computed_at=now_utc()
    )
    tagged = rule(paper, author, bank, 2, tags=["x"])
    assert check_feasibility(paper=paper).is_met
    BlueprintRule.objects.filter(pk=tagged.pk).update(maximum_exposure=3)
    assert check_feasibility(paper=paper).problems == (
        "Rule 1 lacks 1 question (tag “x”, answered at most 3 times in exams).",
    )
    BlueprintRule.objects.filter(pk=tagged.pk).update(maximum_exposure=4)
    version = publish_paper(paper=paper, actor=author)
    assert set(version.structure["sections"][0]["pools"][0]["version_ids"]) == {
        first.current_version_id,
        second.current_version_id,
    }
    assert third.current_version_id


def test_a_dense_rule_is_sampled_and_counts_stop(author, bank, paper, monkeypatch):
    fill(bank, 30)
    monkeypatch.setattr(candidates, "COUNT_LIMIT", 20)
    monkeypatch.setattr("exams.authoring.feasibility.COUNT_LIMIT", 20)
    monkeypatch.setattr("exams.authoring.feasibility.SAMPLE", 6)
    monkeypatch.setattr(candidates, "STRETCHES", 2)
    rule(paper, author, bank, 2)
    rule(paper, author, bank, 2, place=1, difficulty_max=3)
    found = check_feasibility(paper=paper)
    assert [check.fitting_label for check in found.checks.values()] == ["more than 20 questions fit"] * 2
    version = publish_paper(paper=paper, actor=author)
    again = publish_paper(paper=paper, actor=author)
    pools = [
        [pool["version_ids"] for s in one.structure["sections"] for pool in s["pools"]] for one in (version, again)
    ]
    assert all(4 <= len(a) + len(b) <= 16 and not set(a) & set(b) for a, b in pools)
    assert pools[0] != pools[1]


def test_the_check_takes_the_same_statements_in_a_larger_bank(author, bank, paper):
    fill(bank, 5)
    rule(paper, author, bank, 2)
    rule(paper, author, bank, 1, place=1, types=["single_choice"])
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            check_feasibility(paper=paper)
        counts.append(len(caught))
        fill(bank, 40)
    assert counts == [9, 9]


# -- the form of all rules ------------------------------------------------------------------------
def test_the_form_answers_while_one_types_and_stores_nothing(client, author, bank, paper):
    fill(bank, 3)
    client.force_login(author)
    one, two = paper.sections.all()
    data = {"rows": 3, **row(0, two, bank, 2), **row(1, one, bank, 2), **row(2, one, bank, "x")}
    url = reverse("authoring:paper_check", args=[paper.public_id])
    page = client.post(url, data, headers={"HX-Request": "true"}).content.decode()
    assert "Rule 1 lacks 1 question." in page
    assert "It competes with rule 2." in page
    assert re.search(r'id="check-r1" hx-swap-oob="true">\s*\s*<p class="text-small text-success"', page)
    assert "Enter a whole number" in page
    assert "4 questions in the paper" in page
    assert not BlueprintRule.objects.exists()
    assert client.get(url).status_code == 302


def test_rules_are_saved_together_and_what_is_gone_can_come_back(client, author, bank, paper):
    fill(bank, 5)
    other = make_bank(owner=author, name="Audit")
    fill(other, 2)
    client.force_login(author)
    one, two = paper.sections.all()
    kept, gone = rule(paper, author, bank, 1), rule(paper, author, bank, 1)
    url = reverse("authoring:paper_blueprint", args=[paper.public_id])
    assert "Remove rule 2" in client.get(url).content.decode()
    data = {
        "rows": 2,
        "do": "save",
        **row(0, two, bank, 3, rule=kept.pk, tags="a，b", maximum_exposure="7", types="essay"),
        **row(1, one, other, 2, types="single_choice,essay"),
    }
    assert client.post(url, data).status_code == 302
    first, second = BlueprintRule.objects.order_by("position")
    assert (first.pk, first.section, first.tags, first.maximum_exposure) == (kept.pk, two, ["a", "b"], 7)
    assert (second.bank, second.types) == (other, ["single_choice", "essay"])
    assert PaperRemoval.objects.get().content["bank_id"] == gone.bank_id


def test_what_cannot_be_understood_is_marked_and_kept(client, author, bank, paper):
    fill(bank, 1)
    client.force_login(author)
    one = paper.sections.first()
    url = reverse("authoring:paper_blueprint", args=[paper.public_id])
    data = {"rows": 1, "do": "save", **row(0, one, bank, "many", difficulty_min=4, difficulty_max=2, tags="kept")}
    page = client.post(url, data).content.decode()
    assert 'value="many"' in page
    assert 'value="kept"' in page
    assert "This is below the lower end." in page
    assert not BlueprintRule.objects.exists()
    more = client.post(url, data | {"do": "add"}).content.decode()
    assert 'name="r1-count"' in more
    assert 'value="many"' in more
    less = client.post(url, data | {"do": "remove:0"}).content.decode()
    assert 'name="r0-count"' not in less


def test_rules_draw_from_usable_banks_only(client, author, bank, paper):
    foreign = make_bank(owner=make_user(is_instructor=True))
    fill(foreign, 3)
    fill(bank, 1)
    client.force_login(author)
    one = paper.sections.first()
    url = reverse("authoring:paper_blueprint", args=[paper.public_id])
    page = client.post(url, {"rows": 1, "do": "save", **row(0, one, foreign, 1)}).content.decode()
    assert "Select a valid choice" in page
    with pytest.raises(NotFound):
        save_blueprint(
            paper=paper, actor=author, rules=[RuleInput(section=one, bank=foreign, count=1, marks=Decimal(1))]
        )
    with pytest.raises(NotFound):
        save_grid(section=one, actor=author, bank=foreign, axis="type", counts={(None, "essay"): 1}, marks={})
    assert not BlueprintRule.objects.exists()


def test_one_rule_says_at_once_how_many_fit(client, author, bank, paper):
    fill(bank, 2)
    client.force_login(author)
    url = reverse("authoring:paper_rule", args=[paper.public_id])
    data = {"section": paper.sections.first().pk, "bank": str(bank.public_id), "difficulty_min": 1, "difficulty_max": 5}
    data |= {"count": 3, "marks": 1, "do": "check"}
    page = client.post(url, data, headers={"HX-Request": "true"}).content.decode()
    assert "Rule 1 lacks 1 question." in page
    assert "<form" not in page
    assert "Enough: 2 questions fit" in client.post(url, data | {"count": 2}).content.decode()
    assert not BlueprintRule.objects.exists()


# -- the grid -------------------------------------------------------------------------------------
def test_the_grid_makes_changes_and_takes_out_rules(client, author, bank, paper):
    fill(bank, 4)
    fill(bank, 2, type="essay")
    client.force_login(author)
    section = paper.sections.first()
    special = rule(paper, author, bank, 1, tags=["x"])
    topic = Topic.objects.get()
    Topic.objects.filter(pk=topic.pk).update(path=f"/{topic.pk}/")
    url = reverse("authoring:paper_grid", args=[paper.public_id])
    page = client.get(url, {"section": section.pk, "bank": str(bank.public_id)}).content.decode()
    assert page.count("of 4") == page.count("of 2") == 2
    assert "1 other rule" in page
    data = {"section": section.pk, "bank": str(bank.public_id), "by": "type", "marks-single_choice": "2"}
    data |= {"n-0-single_choice": "3", f"n-{topic.pk}-essay": "1", "marks-essay": "10"}
    assert client.post(url, data).status_code == 302
    rules = BlueprintRule.objects.exclude(pk=special.pk)
    assert sorted((r.topic_id, r.types[0], r.count, r.marks) for r in rules if r.topic_id) == [
        (topic.pk, "essay", 1, 10)
    ]
    assert rules.get(topic=None).count == 3
    client.post(url, data | {"n-0-single_choice": "2", f"n-{topic.pk}-essay": "0"})
    assert rules.get().count == 2
    wrong = client.post(url, data | {"n-0-single_choice": "-4"})
    assert (wrong.status_code, 'value="-4"' in wrong.content.decode()) == (422, True)
    assert rules.get().count == 2
    by_level = {"section": section.pk, "bank": str(bank.public_id), "by": "difficulty", "n-0-3": "2", "marks-3": "1"}
    client.post(url, by_level)
    assert rules.filter(difficulty_min=3, difficulty_max=3, count=2).exists()


# -- questions kept apart -------------------------------------------------------------------------
def test_no_draw_holds_questions_that_are_kept_apart(author, bank, paper):
    questions = fill(bank, 8)
    keep_apart(questions=questions[:3], actor=author, reason="the same with other figures")
    add_items(section=paper.sections.first(), questions=[questions[3]])
    keep_apart(questions=[questions[3], questions[4]], actor=author)
    rule(paper, author, bank, 2)
    rule(paper, author, bank, 2, place=1)
    version = publish_paper(paper=paper, actor=author)
    ids = [question.current_version_id for question in questions]
    for seed in range(30):
        drawn = {slot.version_id for slot in draw(pools_of(version.structure), seed=seed)}
        assert len(drawn) == 5
        assert len(drawn & set(ids[:3])) <= 1
        assert ids[4] not in drawn
    assert AuditEntry.objects.filter(action="question.keep_apart").count() == 2


def test_picked_questions_that_clash_are_named(client, author, bank, paper):
    first, second = fill(bank, 2)
    keep_apart(questions=[first, second], actor=author)
    add_items(section=paper.sections.first(), questions=[first, second])
    client.force_login(author)
    page = client.get(reverse("authoring:paper", args=[paper.public_id])).content.decode()
    assert "may not stand in the same paper. Take one of them out." in page
    client.post(reverse("authoring:paper_act", args=[paper.public_id]), {"do": "publish"})
    paper.refresh_from_db()
    assert paper.current_version is None


def test_new_question_versions_are_not_taken_past_new_enemies(author, bank, paper):
    first, second = fill(bank, 2)
    add_items(section=paper.sections.first(), questions=[first, second])
    publish_paper(paper=paper, actor=author)
    paper.refresh_from_db()
    keep_apart(questions=[first, second], actor=author)
    newer = QuestionVersion.objects.create(
        question=first, number=2, type=first.type, content=first.content, key=first.key, marks=1, published_at=now_utc()
    )
    Question.objects.filter(pk=first.pk).update(current_version=newer)
    from edu.core.errors import Conflict

    with pytest.raises(Conflict, match="kept apart since"):
        update_question_versions(paper=paper, actor=author)
    assert paper.versions.count() == 1


def test_enemies_are_set_and_taken_back_on_a_page_of_the_question(client, author, bank):
    first, second, third = fill(bank, 3)
    client.force_login(author)
    url = reverse("authoring:question_enemies", args=[first.public_id])
    Question.objects.filter(pk=second.pk).update(search_text="depreciation of machines", summary="Depreciation?")
    index_missing()
    assert "Depreciation?" in client.get(url, {"q": "depreciation"}).content.decode()
    keys = [str(second.public_id), str(third.public_id), "x" * 36]
    client.post(url, {"do": "apart", "question": keys, "reason": "gives it away", "family": "1"})
    assert QuestionEnemies.objects.count() == 3
    assert "gives it away" in client.get(url).content.decode()
    pair = list_enemies(question=first)[0]
    client.post(url, {"do": f"reconcile:{pair.pair_id}"})
    assert QuestionEnemies.objects.count() == 2
    other = QuestionEnemies.objects.get(first=second)
    client.post(url, {"do": f"reconcile:{other.pk}"})
    assert QuestionEnemies.objects.count() == 2
    client.post(url, {"do": "apart"})
    assert AuditEntry.objects.filter(action="question.reconcile").count() == 1


def test_strangers_and_reviewers_keep_nothing_apart(client, author, bank):
    first, second = fill(bank, 2)
    stranger, reviewer = make_user(is_instructor=True), make_user(is_instructor=True)
    BankShare.objects.create(bank=bank, user=reviewer, role="review")
    url = reverse("authoring:question_enemies", args=[first.public_id])
    for person in (stranger, reviewer):
        client.force_login(person)
        assert client.get(url).status_code == 404
        assert client.post(url, {"do": "apart", "question": str(second.public_id)}).status_code == 404
        with pytest.raises(NotFound):
            keep_apart(questions=[first, second], actor=person)
    own = fill(make_bank(owner=reviewer), 1)[0]
    with pytest.raises(NotFound):
        keep_apart(questions=[own, first], actor=stranger)
    assert keep_apart(questions=[own, first], actor=reviewer) == 1
    for wrong in ([first], fill(bank, 31)):
        with pytest.raises(InvalidInput):
            keep_apart(questions=wrong, actor=author)
    assert QuestionEnemies.objects.count() == 1
