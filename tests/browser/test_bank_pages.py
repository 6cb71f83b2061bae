"""Every page of the bank, with long names, empty and full, on a phone in the dark and on a desktop in the light: no
finding of axe, nothing too wide."""

import pytest
from django.test import Client
from django.urls import reverse

from exams.domain.registry import question_types
from tests.browser.banks import make_bank, share, write
from tests.browser.test_accessibility import violations
from tests.factories.exams import SAMPLES

LOOKS = (
    ({"width": 390, "height": 844}, "dark", "zh-hans"),
    ({"width": 1440, "height": 900}, "light", "en"),
)
LONG = "全国会计专业技术资格考试（初级）《初级会计实务》历年真题及模拟试题汇编 Longunbrokenname_abcdefghijklmnop"
FILE = "1. 会计的基本职能是（ ）。\nA. 核算\nB. 预测\n答案：A\n\n2. 没有答案的题\nA. 甲\nB. 乙\n\n3. 会计（ √ ）"


@pytest.fixture
def pages(user_of, settle) -> dict[str, str]:
    """Return the addresses of the bank's pages by name, on banks made for looking at them."""
    from exams.authoring.banks import create_topic
    from exams.authoring.bulk import plan_bulk
    from exams.authoring.comments import add_comment
    from exams.authoring.reports import report_question
    from exams.authoring.review import submit_for_review
    from exams.authoring.topic_merge import merge_topics
    from exams.interchange.exports import request_export
    from exams.models import Question, Topic

    owner = user_of("instructor")
    empty = make_bank(owner, name="Empty")
    bank = make_bank(owner, name=LONG, description=LONG * 3, requires_review=True)
    share(bank, user_of("statistics"), role="review")
    for type_name in SAMPLES:
        write(bank, stem=f"{LONG}?", type=type_name, topic=LONG, tags=["长标签" * 10], publish=False)
    topic = Topic.objects.get(bank=bank)
    merge = merge_topics(source=create_topic(bank=bank, path=["A"]), target=topic, actor=owner)
    question = Question.objects.filter(bank=bank, type="single_choice").get()
    Question.objects.filter(bank=bank).update(is_withheld=False)
    bank.requires_review = False
    bank.save()
    published = write(bank, stem=f"{LONG} published?", topic=LONG)
    bank.requires_review = True
    bank.save()
    add_comment(question=question, actor=owner, text=LONG)
    submit_for_review(question=question, actor=owner, note=LONG)
    report_question(
        version=published.current_version, reporter=user_of("learner"), reason="key", text=LONG, url="/practice/"
    )
    bulk = plan_bulk(bank=bank, actor=owner, verb="retire", raw={}, public_ids=[str(question.public_id)])
    export = request_export(bank=bank, actor=owner, format="xlsx", selection={})
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    batch = _import(client, bank)
    settle()

    def at(name: str, *args: object) -> str:
        return reverse(f"authoring:{name}", args=args)

    key = bank.public_id
    found = {
        name: at(name, key)
        for name in ("bank", "topics", "edit_bank", "sharing", "choose_type", "quick_entry", "import", "imports",
                     "export_questions")
    }  # fmt: skip
    found |= {name: at(name, published.public_id) for name in ("history", "figures", "question")}
    found |= {name: at(name) for name in ("banks", "new_bank", "reviews", "reports")}
    found |= {f"type {row.type}": at("question", row.public_id) for row in Question.objects.filter(bank=bank)}
    missing = set(question_types()) - set(SAMPLES)
    found |= {f"type {name}": at("new_question", key, name) for name in missing}
    found |= {
        "empty bank": at("bank", empty.public_id),
        "empty topics": at("topics", empty.public_id),
        "empty imports": at("imports", empty.public_id),
        "nothing found": f"{at('bank', key)}?q=nothing",
        "one topic": f"{at('topics', key)}?topic={topic.public_id}&changed={merge.public_id}",
        "review": at("review", question.public_id),
        "version": at("version", published.public_id, 1),
        "bulk": at("bulk", bulk.public_id),
        "export": at("export", export.public_id),
        "batch": at("import_batch", batch),
        "row": at("import_row", batch, 2),
    }
    return found


def _import(client: Client, bank) -> str:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from exams.models import ImportBatch

    file = SimpleUploadedFile("long_" * 20 + ".txt", FILE.encode(), "text/plain")
    client.post(reverse("authoring:import", args=[bank.public_id]), {"file": file})
    return str(ImportBatch.objects.get(bank=bank).public_id)


@pytest.fixture
def looks(at_browser, user_of) -> list[tuple[object, str]]:
    """Return browsers of the instructor, and what each is called."""
    return [
        (
            at_browser(user_of("instructor"), language=language, viewport=size, color_scheme=scheme),
            f"{scheme} {language}",
        )
        for size, scheme, language in LOOKS
    ]


def test_every_page_of_the_bank_is_accessible_and_fits(pages, looks):
    found = []
    for page, look in looks:
        heard: list[str] = []
        page.on("pageerror", lambda error, heard=heard: heard.append(str(error)))
        for name, address in pages.items():
            answer = page.goto(address)
            label = f"{name} {look}"
            if answer.status != 200:
                found.append(f"{label}: answers {answer.status}")
                continue
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found.append(f"{label}: {wide} px too wide")
            found += [f"{label}: {line}" for line in violations(page)]
            found += [f"{label} script: {line}" for line in heard]
            heard.clear()
    assert len(pages) >= 40
    assert not found, "\n".join(found)


def test_the_list_of_a_bank_needs_no_scrolling_aside(pages, looks):
    for page, look in looks:
        page.goto(pages["bank"])
        wide = page.evaluate(
            "[...document.querySelectorAll('.bank *')].filter((one) => one.scrollWidth > one.clientWidth + 1"
            " && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)).map((one) => one.className)"
        )
        assert not wide, (look, wide)
