"""Papers as their authors edit them: order, marks, undo, lists, versions, pages without scripts."""

import json
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from edu.audit.models import AuditEntry
from edu.core.errors import Conflict, InvalidInput
from edu.documents.pdf import PdfFile
from exams.authoring.blueprints import save_rule
from exams.authoring.paper_rows import (
    KEPT_REMOVALS,
    add_items,
    add_section,
    move_row,
    place_rows,
    remove_row,
    restore_removed,
    save_marks,
    spread_marks,
)
from exams.authoring.paper_version_views import compare_versions
from exams.authoring.papers import archive_paper, copy_paper, create_paper
from exams.authoring.publishing import publish_paper, update_question_versions
from exams.models import BlueprintRule, Exam, Paper, PaperItem, PaperRemoval, Question, QuestionVersion
from tests.factories.exams import make_bank, make_exam, make_question, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return make_user(is_instructor=True)


@pytest.fixture
def bank(author):
    return make_bank(owner=author)


def questions_of(bank, count, **fields):
    return [make_question(bank=bank, **fields).question for _ in range(count)]


def fresh(questions):
    return list(Question.objects.filter(pk__in=[question.pk for question in questions]).order_by("pk"))


def make_paper(author, bank, *sizes):
    """Return a paper with a section of fixed questions for each size."""
    paper = create_paper(actor=author, title="Paper")
    for number, size in enumerate(sizes, start=1):
        section = add_section(paper=paper, title=f"Part {number}")
        add_items(section=section, questions=fresh(questions_of(bank, size)))
    return paper


def act(client, paper, do, **data):
    return client.post(reverse("authoring:paper_act", args=[paper.public_id]), {"do": do, **data})


def order_of(paper):
    return [[item.pk for item in section.items.all()] for section in paper.sections.all()]


# -- order ----------------------------------------------------------------------------------------
def test_questions_move_on_into_the_next_section_at_the_edge(author, bank):
    paper = make_paper(author, bank, 2, 1)
    (a, b), (c,) = order_of(paper)
    move_row(row=PaperItem.objects.get(pk=b), step=1)
    assert order_of(paper) == [[a], [b, c]]
    move_row(row=PaperItem.objects.get(pk=b), step=-1)
    assert order_of(paper) == [[a, b], [c]]
    move_row(row=PaperItem.objects.get(pk=a), step=-1)
    move_row(row=PaperItem.objects.get(pk=c), step=1)
    assert order_of(paper) == [[a, b], [c]]


def test_the_whole_order_is_taken_or_refused(client, author, bank):
    paper = make_paper(author, bank, 2, 1)
    first, second = paper.sections.all()
    (a, b), (c,) = order_of(paper)
    url = reverse("authoring:paper_order", args=[paper.public_id])
    client.force_login(author)
    body = [
        {"chapter": str(second.pk), "lessons": [str(b), str(c)]},
        {"chapter": str(first.pk), "lessons": [str(a)]},
    ]
    assert client.post(url, json.dumps(body), content_type="application/json").json() == {"saved": True}
    assert [section.pk for section in paper.sections.all()] == [second.pk, first.pk]
    assert order_of(paper) == [[b, c], [a]]
    lost = [{"chapter": str(first.pk), "lessons": [str(a)]}]
    refused = client.post(url, json.dumps(lost), content_type="application/json")
    assert (refused.status_code, "changed elsewhere" in refused.json()["detail"]) == (409, True)
    assert client.post(url, "[1]", content_type="application/json").status_code == 422
    assert order_of(paper) == [[b, c], [a]]


def test_rows_of_other_papers_are_not_placed(author, bank):
    paper, other = make_paper(author, bank, 1), make_paper(author, bank, 1)
    section, foreign = paper.sections.get(), other.sections.get().items.get()
    own = section.items.get()
    with pytest.raises(Conflict):
        place_rows(paper=paper, order=[(section.pk, [own.pk, foreign.pk])])
    assert save_marks(paper=paper, items={foreign.pk: Decimal(9)}) == 0
    foreign.refresh_from_db()
    assert (foreign.section.paper_id, foreign.marks) == (other.pk, 1)


# -- marks ----------------------------------------------------------------------------------------
def test_a_total_is_spread_over_questions_and_rules(author, bank):
    paper = make_paper(author, bank, 2)
    section = paper.sections.get()
    save_rule(section=section, actor=author, bank=bank, count=3, marks=Decimal(1))
    spread_marks(section=section, total=Decimal(10))
    assert [item.marks for item in section.items.all()] == [2, 2]
    assert section.rules.get().marks == 2
    section.items.all().delete()
    with pytest.raises(InvalidInput, match=r"9\.99 or 10\.02"):
        spread_marks(section=section, total=Decimal(10))
    section.rules.all().delete()
    with pytest.raises(InvalidInput, match="no questions"):
        spread_marks(section=section, total=Decimal(10))


def test_marks_are_saved_as_they_are_typed_and_the_total_follows(client, author, bank):
    paper = make_paper(author, bank, 2)
    first, second = paper.sections.get().items.all()
    client.force_login(author)
    url = reverse("authoring:paper_act", args=[paper.public_id])
    data = {"do": "marks", f"marks-{first.pk}": "2,5", f"marks-{second.pk}": "four"}
    answer = client.post(url, data, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "3.5 marks in all" in page
    assert 'id="paper-totals" hx-swap-oob="true"' in page
    assert f'id="error-{second.pk}" hx-swap-oob="true">The marks must be a number.' in page
    first.refresh_from_db()
    assert first.marks == Decimal("2.5")


def test_without_scripts_wrong_marks_are_shown_again_and_nothing_is_lost(client, author, bank):
    paper = make_paper(author, bank, 2)
    first, second = paper.sections.get().items.all()
    client.force_login(author)
    data = {f"marks-{first.pk}": "3", f"marks-{second.pk}": "-1", "marks-x": "9", "marks-99999999999999999999": "1"}
    answer = act(client, paper, f"down:item:{first.pk}", **data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(rf'id="marks-{second.pk}"[^>]* value="-1"[^>]* aria-invalid="true"', page)
    first.refresh_from_db()
    assert (first.marks, first.position) == (3, 0)


def test_a_button_saves_the_texts_that_stand_in_the_form(client, author, bank):
    paper = make_paper(author, bank, 1)
    section = paper.sections.get()
    client.force_login(author)
    typed = {f"title-{section.pk}": "Choice", f"instructions-{section.pk}": "<p>Read <b>well</b><script>x</script></p>"}
    act(client, paper, "marks", **typed)
    section.refresh_from_db()
    assert (section.title, section.instructions) == ("Choice", "<p>Read <strong>well</strong></p>")
    act(client, paper, f"marks:section:{section.pk}", **{f"each-{section.pk}": "4"})
    assert section.items.get().marks == 4
    act(client, paper, f"spread:section:{section.pk}", **{f"total-{section.pk}": "7"})
    assert section.items.get().marks == 7
    assert (
        "Give the section a title."
        in client.get(act(client, paper, "marks", **{f"title-{section.pk}": " "}).url).content.decode()
    )


# -- taking out and putting back ------------------------------------------------------------------
def test_what_was_taken_out_comes_back_where_it_was(client, author, bank):
    paper = make_paper(author, bank, 3, 1)
    before = order_of(paper)
    section = paper.sections.first()
    rule = save_rule(
        section=section,
        actor=author,
        bank=bank,
        count=1,
        marks=Decimal(3),
        difficulty_min=2,
        tags=["x"],
        types=["essay"],
    )
    client.force_login(author)
    item = PaperItem.objects.get(pk=before[0][1])
    answer = act(client, paper, f"remove:item:{item.pk}")
    assert order_of(paper) == [[before[0][0], before[0][2]], before[1]]
    page = client.get(answer.url).content.decode()
    assert "was taken out" in page
    act(client, paper, f"undo:removal:{PaperRemoval.objects.get().pk}")
    assert [i.question_id for i in section.items.all()][1] == item.question_id
    act(client, paper, f"remove:rule:{rule.pk}")
    restore_removed(removal=PaperRemoval.objects.get())
    again = section.rules.get()
    assert (again.difficulty_min, again.tags, again.types, again.marks) == (2, ["x"], ["essay"], 3)
    questions = [i.question_id for i in section.items.all()]
    act(client, paper, f"remove:section:{section.pk}")
    assert paper.sections.count() == 1
    restore_removed(removal=PaperRemoval.objects.get())
    back = paper.sections.first()
    assert (back.title, [i.question_id for i in back.items.all()], back.rules.count()) == ("Part 1", questions, 1)
    assert not PaperRemoval.objects.exists()


def test_what_cannot_come_back_says_why(author, bank):
    paper = make_paper(author, bank, 1)
    section = paper.sections.get()
    item = section.items.get()
    removal = remove_row(row=item, actor=author)
    add_items(section=section, questions=[item.question])
    with pytest.raises(Conflict, match="already"):
        restore_removed(removal=removal)
    section.items.all().delete()
    item.question.delete()
    with pytest.raises(Conflict, match="deleted"):
        restore_removed(removal=removal)
    rule = save_rule(section=section, actor=author, bank=make_bank(owner=author), count=1, marks=Decimal(1))
    gone = remove_row(row=rule, actor=author)
    rule.bank.delete()
    with pytest.raises(Conflict, match="bank"):
        restore_removed(removal=gone)
    assert PaperRemoval.objects.count() == 2


def test_only_the_newest_removals_are_kept(author, bank):
    paper = create_paper(actor=author, title="Paper")
    for number in range(KEPT_REMOVALS + 3):
        remove_row(row=add_section(paper=paper, title=f"S{number}"), actor=author)
    assert PaperRemoval.objects.count() == KEPT_REMOVALS
    assert PaperRemoval.objects.first().label == f"S{KEPT_REMOVALS + 2}"


def test_removals_of_other_papers_are_not_there(client, author, bank):
    paper, other = make_paper(author, bank, 1), make_paper(author, bank, 1)
    removal = remove_row(row=other.sections.get(), actor=author)
    client.force_login(author)
    assert act(client, paper, f"undo:removal:{removal.pk}").status_code == 404
    assert act(client, paper, f"remove:removal:{removal.pk}").status_code == 404
    assert PaperRemoval.objects.count() == 1


# -- picking --------------------------------------------------------------------------------------
def test_picking_goes_on_where_it_was_with_marks_of_ones_own(client, author, bank):
    paper = make_paper(author, bank, 1)
    section = paper.sections.get()
    more = questions_of(bank, 2)
    client.force_login(author)
    url = reverse("authoring:paper_pick", args=[paper.public_id])
    page = client.get(url, {"section": section.pk, "type": "single_choice"}).content.decode()
    assert page.count('name="question"') == 2
    assert "in the paper" in page
    keys = [str(question.public_id) for question in more]
    data = {"section": section.pk, "question": keys, "marks": "2.5", "do": "more", "kept-type": "single_choice"}
    answer = client.post(url, data)
    assert answer.url == f"{url}?section={section.pk}&type=single_choice"
    assert [item.marks for item in section.items.all()] == [1, Decimal("2.5"), Decimal("2.5")]
    assert "must be a number" in client.get(client.post(url, data | {"marks": "x"}).url).content.decode()
    assert client.post(url, data | {"question": ["x" * 36]}).status_code == 302
    assert section.items.count() == 3


# -- list, copy, archive --------------------------------------------------------------------------
def test_papers_are_searched_filtered_and_counted(client, author, bank):
    used = make_paper(author, bank, 1)
    Paper.objects.filter(pk=used.pk).update(title="Autumn audit")
    version = publish_paper(paper=used, actor=author)
    make_exam(paper_version=version, owner=author)
    draft = create_paper(actor=author, title="Spring draft")
    away = create_paper(actor=author, title="Old one")
    archive_paper(paper=away, actor=author)
    client.force_login(author)
    url = reverse("authoring:papers")

    def titles(**filters):
        return re.findall(r'<th scope="row"><a[^>]*>([^<]+)', client.get(url, filters).content.decode())

    assert titles() == ["Spring draft", "Autumn audit"]
    assert titles(q="audit autumn") == ["Autumn audit"]
    assert titles(q="Part 1") == ["Autumn audit"]
    assert titles(status="draft") == titles(used="none") == ["Spring draft"]
    assert titles(status="published") == titles(used="exam") == ["Autumn audit"]
    assert titles(status="archived") == ["Old one"]
    assert titles(sort="title") == ["Autumn audit", "Spring draft"]
    assert titles(used="practice") == titles(q="nothing") == titles(language="en") == []
    assert "No paper fits" in client.get(url, {"q": "nothing"}).content.decode()
    assert "1 exam" in client.get(url).content.decode()
    act(client, away, "restore")
    assert len(titles()) == 3
    assert draft.title in titles()


def test_the_list_takes_the_same_queries_for_any_number_of_papers(client, author, bank, django_assert_num_queries):
    client.force_login(author)
    url = reverse("authoring:papers")
    counts = []
    for _round in range(2):
        for _paper in range(3):
            make_exam(paper_version=publish_paper(paper=make_paper(author, bank, 1), actor=author), owner=author)
        client.get(url)
        with django_assert_num_queries(12, exact=False) as caught:
            client.get(url)
        counts.append(len(caught))
    assert counts[0] == counts[1] == 9


def test_the_editor_takes_the_same_queries_for_any_number_of_questions(client, author, bank, django_assert_num_queries):
    paper = make_paper(author, bank, 2, 1)
    for section in paper.sections.all():
        save_rule(section=section, actor=author, bank=bank, count=1, marks=Decimal(1))
    questions_of(bank, 3)
    publish_paper(paper=paper, actor=author)
    client.force_login(author)
    url = reverse("authoring:paper", args=[paper.public_id])
    counts = []
    for _round in range(2):
        client.get(url)
        with django_assert_num_queries(25, exact=False) as caught:
            client.get(url)
        counts.append(len(caught))
        add_items(section=paper.sections.first(), questions=fresh(questions_of(bank, 30)))
        questions_of(bank, 20)
    assert counts[0] == counts[1] <= 22


def test_a_copy_has_everything_and_keeps_apart_from_the_first(author, bank):
    paper = make_paper(author, bank, 2)
    save_rule(
        section=paper.sections.get(), actor=author, bank=bank, count=1, marks=Decimal(1), maximum_exposure=3, tags=["t"]
    )
    copy = copy_paper(paper=paper, actor=author, title="Copy")
    rule = BlueprintRule.objects.get(section__paper=copy)
    assert (rule.maximum_exposure, rule.tags) == (3, ["t"])
    remove_row(row=copy.sections.get())
    assert order_of(paper)[0]


# -- versions -------------------------------------------------------------------------------------
def next_version(question):
    """Publish a second version of a question past its editor."""
    old = question.current_version
    version = QuestionVersion.objects.create(
        question=question,
        number=old.number + 1,
        type=old.type,
        content=old.content,
        key=old.key,
        marks=old.marks,
        content_hash="2",
        published_at=old.published_at,
    )
    Question.objects.filter(pk=question.pk).update(current_version=version)
    return version


def test_newer_question_versions_are_offered_and_taken_without_the_rest_of_the_draft(client, author, bank):
    paper = make_paper(author, bank, 2)
    pooled = questions_of(bank, 2, type="true_false")
    save_rule(section=paper.sections.get(), actor=author, bank=bank, count=1, marks=Decimal(1), types=["true_false"])
    first = publish_paper(paper=paper, actor=author)
    client.force_login(author)
    url = reverse("authoring:paper", args=[paper.public_id])
    assert "New versions of questions" not in client.get(url).content.decode()
    with pytest.raises(Conflict):
        update_question_versions(paper=paper, actor=author)
    item = paper.sections.get().items.first()
    fixed, drawn = next_version(item.question), next_version(fresh(pooled)[0])
    item.marks = 9
    item.save()
    page = client.get(url).content.decode()
    assert "2 questions of the published paper have newer versions" in page
    assert "changed since" in page
    act(client, paper, "update")
    paper.refresh_from_db()
    second = paper.current_version
    section = second.structure["sections"][0]
    assert (second.number, section["items"][0]["version_id"]) == (2, fixed.pk)
    assert drawn.pk in section["pools"][0]["version_ids"]
    assert second.total_marks == first.total_marks
    assert second.published_by == author
    assert AuditEntry.objects.filter(action="paper.publish").count() == 2


def test_versions_are_listed_with_their_exams_and_compared(client, author, bank):
    paper = make_paper(author, bank, 2)
    section = paper.sections.get()
    save_rule(section=section, actor=author, bank=bank, count=1, marks=Decimal(1), types=["true_false"])
    questions_of(bank, 1, type="true_false")
    first = publish_paper(paper=paper, actor=author)
    make_exam(paper_version=first, title="Autumn exam", owner=author)
    make_exam(paper_version=first, title="Foreign exam", owner=make_user(is_instructor=True))
    kept, gone = section.items.all()
    next_version(kept.question)
    kept.marks = 3
    kept.save()
    remove_row(row=gone)
    add_items(section=section, questions=fresh(questions_of(bank, 1, type="essay")))
    section.rules.update(count=1, marks=2)
    second = publish_paper(paper=paper, actor=author)
    found = compare_versions(old=first, new=second)
    assert (len(found.added), len(found.removed), len(found.changed), len(found.found.rules)) == (1, 1, 1, 1)
    client.force_login(author)
    url = reverse("authoring:paper_versions", args=[paper.public_id])
    page = client.get(url).content.decode()
    for words in ("Autumn exam", "Version 2", "Marks: 1 → 3", "Version: 1 → 2", "An essay question", "pool: 0 came"):
        assert words.replace("An essay", "A essay") in page, words
    assert page.count(reverse("authoring:exam", args=[Exam.objects.get(title="Foreign exam").public_id])) == 0
    same = client.get(url, {"from": "2", "to": "2"}).content.decode()
    assert "Nothing differs" in same
    assert client.get(url, {"from": "x", "to": "99"}).status_code == 200


# -- preview and print ----------------------------------------------------------------------------
def test_the_preview_draws_for_a_seed_and_another_one(client, author, bank):
    paper = create_paper(actor=author, title="Paper")
    section = add_section(paper=paper, title="Part", instructions="Choose one.")
    for number in range(12):
        make_question(bank=bank, content={"stem": f"Stem number {number}."}, key={"correct": True}, type="true_false")
    save_rule(section=section, actor=author, bank=bank, count=3, marks=Decimal(2))
    client.force_login(author)
    url = reverse("authoring:paper_preview", args=[paper.public_id])

    def stems(**data):
        return re.findall(r"Stem number \d+", client.get(url, data).content.decode())

    assert len(set(stems(seed="7"))) == 3
    assert stems(seed="7") == stems(seed="7")
    assert len({tuple(stems(seed=str(seed))) for seed in range(6)}) > 1
    assert "Draw another" in client.get(url).content.decode()
    section.rules.update(count=20)
    page = client.get(url).content.decode()
    assert "Rule 1 lacks 8 questions" in page
    assert client.get(reverse("authoring:paper_pdf", args=[paper.public_id])).status_code == 404


def test_paper_key_and_answer_sheet_are_printed_for_the_same_draw(client, author, bank, monkeypatch):
    paper = create_paper(actor=author, title="会计试卷", instructions="<p>闭卷考试。</p>")
    section = add_section(paper=paper, title="一、单项选择题", instructions="每题只有一个正确答案。")
    for type_ in ("single_choice", "multiple_choice", "true_false", "essay", "fill_blank", "matching", "material"):
        make_question(bank=bank, type=type_)
    save_rule(section=section, actor=author, bank=bank, count=7, marks=Decimal("1.5"))
    publish_paper(paper=paper, actor=author)
    client.force_login(author)
    drawn: list[str] = []
    draw_line = PdfFile.draw_line

    def heard(self, text, **fields):
        drawn.append(text)
        return draw_line(self, text, **fields)

    monkeypatch.setattr(PdfFile, "draw_line", heard)

    def text(name, **data):
        drawn.clear()
        answer = client.get(reverse(f"authoring:{name}", args=[paper.public_id]), {"seed": "5"} | data)
        assert answer.headers["Content-Type"] == "application/pdf"
        return "".join(drawn)

    plain, key, sheet = text("paper_pdf"), text("paper_pdf", key="1"), text("paper_answer_sheet")
    assert "draw 5" in plain
    assert "7 questions, 1.5 marks each, 10.5 marks in all" in plain
    assert "闭卷考试。" in plain
    assert "SECRET-KEY" not in plain + sheet
    assert "SECRET-KEY" in key
    assert "answer sheet" in sheet
