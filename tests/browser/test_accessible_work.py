"""What only shows while several people are at work, looked at by axe: reviews, locks, comparisons, imports, regrades,
pauses, results that wait.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.banks import make_bank, share, write
from tests.browser.test_accessible_states import Inspector

BROKEN = """题型,题干,选项A,选项B,选项C,答案,难度
单选题,资产包括？,现金,负债,,A,3
单选题,没有答案的题,甲,乙,丙,,2
单选题,答案越界,甲,乙,,F,9
多选题,只有一个对？,甲,乙,丙,A,2
"""


@pytest.fixture
def looks(at_browser, user_of):
    """Return a function that opens addresses for a demo person and fails on what axe finds there."""

    def look(who, **states):
        page = at_browser(user_of(who), reduced_motion="reduce")
        inspector = Inspector(page)
        for state, address in states.items():
            answer = page.goto(address)
            assert answer.status == 200, state
            inspector.look(state)
        inspector.report()
        return page

    return look


@pytest.fixture
def bank(user_of):
    """Return a bank of one colleague in which another reviews and edits."""
    bank = make_bank(user_of("statistics"), topics=("One",), visibility="public", requires_review=True)
    share(bank, user_of("instructor"))
    return bank


def test_reviews_locks_and_histories(looks, bank, user_of):
    from exams.authoring.comments import add_comment
    from exams.authoring.locks import lock_question
    from exams.authoring.questions import save_question
    from exams.authoring.review import ask_for_changes, submit_for_review

    author, reviewer = user_of("statistics"), user_of("instructor")
    waiting = write(bank, stem="Waits for a second person?", topic="One", publish=False)
    submit_for_review(question=waiting, actor=author, note="Look at the last option.")
    add_comment(question=waiting, actor=reviewer, field="answers", text="Name the rule.")
    back = write(bank, stem="Two answers are right?", publish=False)
    ask_for_changes(review=submit_for_review(question=back, actor=author), actor=reviewer, comment="Say which one.")
    locked = write(bank, stem="Who is at it?", publish=False)
    lock_question(question=locked, actor=author)
    save_question(
        bank=bank,
        actor=author,
        question=back,
        type="single_choice",
        content={"stem": "One answer is right?", "options": [{"id": "b", "text": "2"}, {"id": "c", "text": "3"}]},
        key={"fractions": {"b": 1}, "feedback": {}},
    )
    page = looks(
        "instructor",
        queue=reverse("authoring:reviews"),
        decides=reverse("authoring:review", args=[waiting.public_id]),
        sent_back=reverse("authoring:review", args=[back.public_id]),
        compared=reverse("authoring:history", args=[back.public_id]) + "?from=d1&to=now",
        locked=reverse("authoring:question", args=[locked.public_id]),
    )
    expect(page.get_by_role("button", name="Save draft")).to_have_count(0)
    topic = bank.topics.get(name="One")
    looks(
        "statistics",
        chosen_topic=reverse("authoring:bank", args=[bank.public_id]) + f"?topic={topic.public_id}",
        nothing_found=reverse("authoring:bank", args=[bank.public_id]) + "?q=nowhere",
        shared=reverse("authoring:sharing", args=[bank.public_id]),
    )


def test_an_import_with_rows_to_mend(looks, bank, user_of, at_browser, settle):
    page = at_browser(user_of("instructor"), reduced_motion="reduce")
    inspector = Inspector(page)
    page.goto(reverse("authoring:import", args=[bank.public_id]))
    page.locator("input[type=file]").set_input_files(
        {"name": "rows.csv", "mimeType": "text/csv", "buffer": BROKEN.encode("gb18030")}
    )
    page.get_by_role("button", name="Upload and check").click()
    page.wait_for_url("**/imports/**")
    settle()
    page.reload()
    expect(page.get_by_text("cannot be imported").first).to_be_visible()
    inspector.look("rows that cannot be imported")
    page.get_by_role("link", name="Mend").first.click()
    expect(page.get_by_role("button", name="Save into the import").first).to_be_visible()
    inspector.look("a row is mended")
    inspector.report()


def test_versions_of_a_paper_compared(looks, user_of):
    from exams.authoring.publishing import publish_paper
    from exams.models import Paper

    paper = Paper.objects.get(title__contains="综合卷")
    section = paper.sections.order_by("position").first()
    section.title, section.instructions = "Renamed", "<p>Read well.</p>"
    section.save()
    section.items.order_by("position").last().delete()
    publish_paper(paper=paper, actor=user_of("instructor"))
    page = looks("instructor", compared=reverse("authoring:paper_versions", args=[paper.public_id]) + "?from=1&to=2")
    expect(page.get_by_text("removed", exact=True)).to_have_count(1)


def test_a_pause_a_result_that_waits_and_practice_that_leaves_out(looks, user_of):
    from edu.core.clock import now_utc
    from exams.models import Attempt, Bank, Exam, QuestionVersion
    from exams.services import sit_exam, start_attempt
    from tests.browser.pages import exam_titled
    from tests.factories.exams import make_exam, make_paper_version

    learner, now = user_of("learner"), now_utc()
    model = exam_titled("结业考试")
    shared = {
        "paper": model.paper,
        "paper_version": model.paper_version,
        "owner": user_of("instructor"),
        "status": "scheduled",
        "audience": "everybody",
        "opens_at": now - timedelta(minutes=5),
        "closes_at": now + timedelta(hours=3),
        "duration_seconds": 3600,
        "language": "en",
    }
    paused = Exam.objects.create(title="Paused", integrity={"watermark": True, "full_screen": True}, **shared)
    start_attempt(user_id=learner.pk, exam_id=paused.public_id, now=now)
    Attempt.objects.filter(exam=paused).update(state="paused", paused_at=now)
    kept = {"marks": True, "answers": True, "keys": True, "explanations": True, "after_close": True}
    waits = Exam.objects.create(title="Waits", review_policy=kept, **shared)
    sit_exam(user_id=learner.pk, exam_id=waits.public_id, answers={}, started_at=now, submitted_at=now)
    bank = Bank.objects.get(slug="accounting-basics")
    asked = QuestionVersion.objects.filter(question__bank=bank, type="single_choice").first()
    hides = make_exam(paper_version=make_paper_version(versions=[asked]), audience="everybody")
    start_attempt(user_id=learner.pk, exam_id=hides.public_id, now=now)
    page = looks(
        "learner",
        paused=reverse("exams:room", args=[Attempt.objects.get(exam=paused).public_id]),
        waits=reverse("exams:result", args=[Attempt.objects.get(exam=waits).public_id]),
        practice=reverse("practice:bank", args=[bank.public_id]),
    )
    expect(page.get_by_text("left out for now")).to_be_visible()


def test_one_more_answer_is_accepted_from_the_page_of_a_regrade(at_browser, user_of, settle):
    from exams.models import ItemResult
    from tests.factories.regrading import make_class

    exam, _attempts = make_class(
        answers=[{1: "SECRET-KEY"}, {1: "Beijing"}], types=("short_text",), owner=user_of("instructor"), title="Capital"
    )
    page = at_browser(user_of("instructor"), reduced_motion="reduce")
    inspector = Inspector(page)
    page.goto(reverse("regrading:choose", args=[exam.public_id]))
    page.locator("main").get_by_role("link", name="A short_text question").click()
    page.get_by_label("Accept the old and the corrected key", exact=False).check()
    inspector.look("what is accepted as well")
    page.get_by_role("textbox", name="Why").fill("Beijing is right too.")
    page.get_by_role("button", name="See what would happen").click()
    expect(page.get_by_text("Write the answer that is accepted as well.").first).to_be_visible()
    inspector.look("no answer was written")
    page.get_by_label("Also right is").fill("beijing")
    page.get_by_role("button", name="See what would happen").click()
    expect(page.get_by_text("is being computed")).to_be_visible()
    settle()
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("button", name="Change the marks so").click()
    settle()
    page.reload()
    expect(page.get_by_role("heading", name="What it changed")).to_be_visible()
    inspector.look("what it changed")
    inspector.report()
    assert set(ItemResult.objects.filter(exam_id=exam.pk).values_list("mark", flat=True)) == {2}


@pytest.mark.parametrize(
    ("type_name", "right"),
    [
        ("cloze", {"g1": "a", "g2": "SECRET-KEY"}),
        ("matching", {"l1": "r1", "l2": "r2"}),
        ("ordering", ["i1", "i2"]),
        ("categorisation", {"i1": "c1", "i2": "c2"}),
        ("material", {"q1": "b", "q2": "SECRET-KEY"}),
    ],
)
def test_keys_of_several_parts_are_corrected_on_an_accessible_page(at_browser, user_of, type_name, right):
    from tests.factories.regrading import first_version, make_class

    exam, _attempts = make_class(answers=[{1: right}], types=(type_name,), owner=user_of("instructor"))
    page = at_browser(user_of("instructor"), reduced_motion="reduce")
    inspector = Inspector(page)
    page.goto(reverse("regrading:new", args=[exam.public_id, first_version(exam).question.public_id, 1]))
    page.get_by_label("Accept the old and the corrected key", exact=False).check()
    inspector.look(f"the key of a {type_name}")
    page.get_by_role("textbox", name="Why").fill("The key was wrong.")
    page.get_by_role("button", name="See what would happen").click()
    expect(page.get_by_text("This is the key by which the question was marked.").first).to_be_visible()
    inspector.look(f"the key of a {type_name}, not corrected")
    inspector.report()
