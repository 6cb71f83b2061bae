"""The demo's statistics course with bank, papers and exams, and the site's texts, checked as plain data."""

import re
from collections import Counter
from decimal import Decimal
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

CONTENT = Path(__file__).resolve().parents[3] / "edu" / "demo" / "content"
COURSE = CONTENT / "statistics"
LANGUAGES = {"en", "zh-hans"}
IDENTIFIER = re.compile(r"[a-z0-9_-]{1,32}")
ALLOWED_TAGS = {
    "p", "br", "strong", "em", "u", "sub", "sup", "code", "pre", "table", "thead", "tbody", "tr", "th", "td",
    "ul", "ol", "li", "blockquote", "img", "span",
}  # fmt: skip
LEAST_BY_TYPE = {
    "single_choice": 28,
    "multiple_choice": 13,
    "true_false": 10,
    "fill_blank": 7,
    "numerical": 12,
    "short_text": 5,
    "essay": 3,
    "matching": 4,
    "ordering": 3,
    "categorisation": 4,
    "cloze": 3,
    "material": 3,
}


@cache
def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def bank() -> dict[str, dict[str, Any]]:
    records = [record for path in sorted((COURSE / "questions").glob("*.yaml")) for record in load(path)]
    assert len({record["ref"] for record in records}) == len(records), "a ref is used twice"
    return {record["ref"]: record for record in records}


def course() -> dict[str, Any]:
    return load(COURSE / "course.yaml")


def lessons() -> list[dict[str, Any]]:
    return [lesson for chapter in course()["chapters"] for lesson in chapter["lessons"]]


def papers() -> dict[str, dict[str, Any]]:
    return {paper["slug"]: paper for paper in load(COURSE / "papers.yaml")}


def ids(rows: list[dict[str, Any]]) -> set[str]:
    found = [row["id"] for row in rows]
    assert len(found) == len(set(found)), f"repeated id among {found}"
    assert all(IDENTIFIER.fullmatch(identifier) for identifier in found), found
    return set(found)


def texts(node: Any) -> list[str]:
    """Every string below a node of parsed YAML."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        node = list(node.values())
    return [text for child in node for text in texts(child)] if isinstance(node, list) else []


def check_fractions(options: set[str], key: dict[str, Any]) -> None:
    fractions = key["fractions"]
    assert set(fractions) <= options
    assert all(-1 <= value <= 1 for value in fractions.values())
    assert max(fractions.values()) == 1
    wrong = {option for option in options if fractions.get(option, 0) < 1}
    assert wrong, "every option is right"
    assert wrong <= set(key["feedback"]) <= options, "a wrong option has no feedback"
    assert all(text.strip() for text in key["feedback"].values())


def check_blank(blank: dict[str, Any]) -> None:
    assert blank["match"] in {"text", "regex", "numeric"}
    assert any(answer["fraction"] == 1 for answer in blank["answers"])
    assert all(-1 <= answer["fraction"] <= 1 for answer in blank["answers"])
    for answer in blank["answers"]:
        assert answer["fraction"] > 0 or answer["feedback"], "a wrong answer that is listed has feedback"
    if blank["match"] == "numeric":
        rule = blank["numeric"]
        assert rule["tolerance_kind"] in {"absolute", "relative", "significant"}
        right = next(answer for answer in blank["answers"] if answer["fraction"] == 1)
        assert abs(Decimal(right["text"]) - Decimal(rule["value"])) <= Decimal(rule["tolerance"])


def markers(stem: str) -> list[str]:
    return re.findall(r"\[\[(\w+)\]\]", stem)


def check_question(kind: str, content: dict[str, Any], key: dict[str, Any]) -> None:
    """Content and key of one question (or of one part of a material) agree with each other."""
    stem = content["stem"]
    assert stem.strip()
    if kind == "single_choice":
        check_fractions(ids(content["options"]), key)
        assert 2 <= len(content["options"]) <= 12
    elif kind == "multiple_choice":
        options = ids(content["options"])
        assert 2 <= len(set(key["correct"])) < len(options)
        assert set(key["correct"]) <= options
        assert set(key["feedback"]) == options
    elif kind == "true_false":
        assert key["correct"] in (True, False)
        assert set(key["feedback"]) == {"true", "false"}
    elif kind == "fill_blank":
        blanks = ids(content["blanks"])
        assert sorted(markers(stem)) == sorted(blanks) == sorted(key["blanks"])
        for blank in key["blanks"].values():
            check_blank(blank)
        assert {blank for group in key.get("order_free", []) for blank in group} <= blanks
    elif kind == "numerical":
        assert any(answer["fraction"] == 1 for answer in key["answers"])
        for answer in key["answers"]:
            assert isinstance(answer["value"], str)
            assert isinstance(answer["tolerance"], str)
            assert Decimal(answer["tolerance"]) >= 0
            assert -1 <= answer["fraction"] <= 1
            assert answer["fraction"] == 1 or answer["feedback"]
        right = next(answer for answer in key["answers"] if answer["fraction"] == 1)
        for other in key["answers"]:
            distance = abs(Decimal(right["value"]) - Decimal(other["value"]))
            assert other is right or distance > Decimal(right["tolerance"]) + Decimal(other["tolerance"])
    elif kind == "short_text":
        assert any(answer["fraction"] == 1 for answer in key["answers"])
        assert all(answer["fraction"] == 1 or answer["feedback"] for answer in key["answers"])
    elif kind == "essay":
        ids(key["rubric"])
        assert all(row["points"] > 0 for row in key["rubric"])
        words = len(re.sub(r"<[^>]+>", " ", key["model_answer"]).split())
        assert content["min_words"] <= words <= content["max_words"]
    elif kind == "matching":
        assert set(key["pairs"]) == ids(content["left"])
        assert set(key["pairs"].values()) <= ids(content["right"])
        assert key["grading"] in {"per_pair", "all_or_nothing"}
    elif kind == "ordering":
        assert set(key["order"]) == ids(content["items"])
        assert len(key["order"]) == len(content["items"])
        assert key["order"] != [item["id"] for item in content["items"]], "the items stand in the right order"
        assert key["grading"] in {"all_or_nothing", "per_pair", "longest_run"}
    elif kind == "categorisation":
        assert set(key["placement"]) == ids(content["items"])
        assert set(key["placement"].values()) == ids(content["categories"])
        assert key["grading"] in {"per_item", "all_or_nothing"}
    elif kind == "cloze":
        gaps = {gap["id"]: gap for gap in content["gaps"]}
        assert sorted(markers(stem)) == sorted(ids(content["gaps"])) == sorted(key["gaps"])
        for identifier, gap in gaps.items():
            if gap["kind"] == "choice":
                check_fractions(ids(gap["options"]), key["gaps"][identifier])
            else:
                check_blank(key["gaps"][identifier])
    else:
        assert kind == "material", f"unknown type {kind}"
        parts = ids(content["questions"])
        assert parts == set(key["questions"]) == set(key["explanations"])
        for part in content["questions"]:
            assert part["type"] not in {"material", "essay"}
            check_question(part["type"], part["content"], key["questions"][part["id"]])


@pytest.mark.parametrize("ref", sorted(bank()))
def test_question_has_a_consistent_key_and_feedback(ref: str) -> None:
    record = bank()[ref]

    check_question(record["type"], record["content"], record["key"])

    assert record["language"] == "en"
    assert 1 <= record["difficulty"] <= 5
    assert 1 <= len(record["topic"]) <= 3
    assert record["tags"]
    assert record["explanation"].strip()
    if record["type"] == "essay":
        assert sum(row["points"] for row in record["key"]["rubric"]) == record["marks"]
    if record["type"] == "material":
        assert sum(part["marks"] for part in record["content"]["questions"]) == record["marks"]


def test_bank_covers_types_topics_and_difficulties() -> None:
    types = Counter(record["type"] for record in bank().values())

    assert all(types[kind] >= least for kind, least in LEAST_BY_TYPE.items()), types
    assert len(bank()) >= 88
    assert len({tuple(record["topic"]) for record in bank().values()}) == 12
    assert {record["topic"][0] for record in bank().values()} == {chapter["title"] for chapter in course()["chapters"]}
    assert {record["difficulty"] for record in bank().values()} == {1, 2, 3, 4, 5}


def test_right_options_do_not_favour_a_position() -> None:
    positions = Counter(
        [option["id"] for option in record["content"]["options"]].index(next(iter(record["key"]["fractions"])))
        for record in bank().values()
        if record["type"] == "single_choice"
    )

    assert max(positions.values()) <= 0.4 * sum(positions.values()), positions


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z]+", re.sub(r"<[^>]+>|\d", " ", text.lower()))
    return {tuple(words[start : start + 3]) for start in range(max(1, len(words) - 2))}


def test_no_two_questions_differ_only_in_names_or_numbers() -> None:
    signatures = {ref: shingles(record["content"]["stem"]) for ref, record in bank().items()}

    too_close = [
        (one, other)
        for one, other in combinations(signatures, 2)
        if len(signatures[one] & signatures[other]) >= 0.8 * len(signatures[one] | signatures[other])
    ]

    assert too_close == []


def test_rich_text_uses_allowed_balanced_tags_and_closed_mathematics() -> None:
    for text in texts([list(bank().values()), course(), load(COURSE / "papers.yaml"), load(CONTENT / "site.yaml")]):
        open_tags: list[str] = []
        for closing, tag in re.findall(r"<(/?)([a-z0-9]+)[^>]*>", text):
            assert tag in ALLOWED_TAGS, f"<{tag}> in {text[:80]}"
            if closing:
                assert open_tags.pop() == tag, text[:80]
            elif tag not in {"br", "img"}:
                open_tags.append(tag)
        assert open_tags == [], text[:80]
        assert text.count(r"\(") == text.count(r"\)"), text[:80]
        assert text.count(r"\[") == text.count(r"\]"), text[:80]


def test_course_has_every_kind_of_lesson_and_free_previews() -> None:
    slugs = [lesson["slug"] for lesson in lessons()]
    kinds = Counter(lesson["kind"] for lesson in lessons())
    free = [(lesson["kind"]) for lesson in lessons() if lesson.get("free_preview")]

    assert len(slugs) == len(set(slugs))
    assert len(course()["chapters"]) >= 4
    assert all(len(chapter["lessons"]) >= 4 and chapter["summary"] for chapter in course()["chapters"])
    assert set(kinds) == {"text", "video", "document", "quiz"}
    assert kinds["video"] == 3
    assert sorted(free) == ["text", "video"]
    assert sorted(free) == sorted(
        lesson["kind"] for lesson in course()["chapters"][0]["lessons"] if lesson.get("free_preview")
    )
    assert course()["price_minor"] < course()["list_price_minor"]
    assert len(course()["outcomes"]) >= 4
    assert all(entry["q"] and entry["a"] for entry in course()["faq"])


def test_text_lessons_teach_at_length() -> None:
    for lesson in lessons():
        if lesson["kind"] == "text":
            words = len(re.sub(r"<[^>]+>", " ", lesson["body"]).split())
            assert 350 <= words <= 700, (lesson["slug"], words)


def test_films_are_short_captioned_slides() -> None:
    for lesson in lessons():
        if lesson["kind"] == "video":
            assert 6 <= len(lesson["slides"]) <= 8
            assert 25 <= sum(slide["seconds"] for slide in lesson["slides"]) <= 45
            for slide in lesson["slides"]:
                assert slide["title"]
                assert 3 <= len(slide["lines"]) <= 5
                assert all(isinstance(line, str) for line in slide["lines"])
                assert 4 <= slide["seconds"] <= 6
                assert 0 < len(slide["narration"].split()) <= 3.5 * slide["seconds"], "faster than reading"


def test_documents_have_rectangular_tables() -> None:
    documents = [lesson["document"] for lesson in lessons() if lesson["kind"] == "document"]

    assert documents
    for section in (section for document in documents for section in document["sections"]):
        assert section["heading"]
        assert section["paragraphs"]
        if table := section.get("table"):
            assert all(len(row) == len(table["header"]) for row in table["rows"])
            assert all(isinstance(cell, str) for row in [table["header"], *table["rows"]] for cell in row)


def test_quizzes_name_auto_marked_questions_of_their_chapter() -> None:
    for chapter in course()["chapters"]:
        for lesson in chapter["lessons"]:
            if lesson["kind"] == "quiz":
                refs = lesson["quiz"]["refs"]
                assert len(refs) == len(set(refs)) >= 5
                assert lesson["quiz"]["pass_percent"] == 60
                assert all(bank()[ref]["topic"][0] == chapter["title"] for ref in refs)
                assert all(bank()[ref]["type"] != "essay" for ref in refs)


def test_single_offers_name_a_lesson_and_a_paper() -> None:
    offers = {offer["kind"]: offer for offer in course()["offers"]}

    assert offers["lesson"]["lesson"] in {lesson["slug"] for lesson in lessons()}
    assert offers["paper"]["paper"] in papers()
    assert (offers["lesson"]["price_minor"], offers["paper"]["price_minor"]) == (1500, 900)


def fixed_refs(paper: dict[str, Any]) -> list[str]:
    return [ref for section in paper["sections"] for ref in section["refs"]]


@pytest.mark.parametrize("slug", ["statistics-final", "statistics-mock"])
def test_fixed_paper_adds_up_to_100_marks(slug: str) -> None:
    paper = papers()[slug]
    refs = fixed_refs(paper)

    assert len(refs) == len(set(refs))
    assert set(refs) <= set(bank())
    assert sum(section["marks_each"] * len(section["refs"]) for section in paper["sections"]) == 100


def test_final_paper_has_one_essay_and_the_mock_paper_none() -> None:
    essays = {slug: [ref for ref in fixed_refs(papers()[slug]) if bank()[ref]["type"] == "essay"]
              for slug in ("statistics-final", "statistics-mock")}  # fmt: skip

    assert [len(refs) for refs in essays.values()] == [1, 0]
    assert len(fixed_refs(papers()["statistics-final"])) == 25
    assert len(fixed_refs(papers()["statistics-mock"])) == 15


def pool(rule: dict[str, Any]) -> set[str]:
    low, high = rule["difficulty"]
    return {
        ref
        for ref, record in bank().items()
        if record["topic"][: len(rule["topic"])] == rule["topic"]
        and record["type"] in rule["types"]
        and low <= record["difficulty"] <= high
        and set(rule["tags"]) <= set(record["tags"])
    }


def test_blueprint_is_met_with_reserve() -> None:
    rules = [rule for section in papers()["statistics-practice-blueprint"]["sections"] for rule in section["rules"]]
    pools = [pool(rule) for rule in rules]

    assert sum(rule["count"] * rule["marks"] for rule in rules) == 100
    for rule, refs in zip(rules, pools, strict=True):
        assert len(refs) > rule["count"], (rule, refs)
        assert all(bank()[ref]["type"] != "essay" for ref in refs)
    assert all(not one & other for one, other in combinations(pools, 2)), "rules draw on disjoint pools"


def test_exams_are_one_open_one_upcoming_and_one_closed() -> None:
    exams = load(COURSE / "exams.yaml")
    windows = [(int(exam["opens"][:-1]), int(exam["closes"][:-1])) for exam in exams]

    assert len({exam["slug"] for exam in exams}) == 3
    assert all(exam["paper"] in papers() and exam["rules"] for exam in exams)
    assert all(opens < closes for opens, closes in windows)
    assert sorted("open" if o <= 0 < c else "upcoming" if o > 0 else "closed" for o, c in windows) == [
        "closed",
        "open",
        "upcoming",
    ]


def test_community_content_belongs_to_lessons() -> None:
    community = load(COURSE / "community.yaml")

    assert len(community["threads"]) == 3
    assert all(thread["lesson"] in {lesson["slug"] for lesson in lessons()} for thread in community["threads"])
    assert all(thread["replies"] for thread in community["threads"])
    assert len(community["reviews"]) == 4
    assert all(1 <= review["stars"] <= 5 and review["text"] for review in community["reviews"])


def untranslated(node: Any, path: str = "site") -> list[str]:
    """Paths of texts for people that lack a language, or hold no Chinese where Chinese is promised."""
    if isinstance(node, dict) and LANGUAGES & set(node):
        complete = set(node) == LANGUAGES and all(isinstance(text, str) and text.strip() for text in node.values())
        return [] if complete and re.search(r"[\u4e00-\u9fff]", node["zh-hans"]) else [path]
    if isinstance(node, dict):
        return [found for name, child in node.items() for found in untranslated(child, f"{path}.{name}")]
    if isinstance(node, list):
        return [found for index, child in enumerate(node) for found in untranslated(child, f"{path}[{index}]")]
    prose = isinstance(node, str) and (" " in node or re.search(r"[\u4e00-\u9fff]", node))
    return [path] if prose and path not in {"site.settings.contact_phone", "site.settings.icp_number"} else []


def test_every_text_of_the_site_is_in_both_languages() -> None:
    assert untranslated(load(CONTENT / "site.yaml")) == []


def test_site_holds_the_pages_and_goods_that_the_demo_needs() -> None:
    site = load(CONTENT / "site.yaml")

    assert len(site["home"]["features"]) == 6
    assert {feature["audience"] for feature in site["home"]["features"]} == {"learner", "enterprise"}
    assert len(site["banners"]) == 2
    assert len(site["help_articles"]) == 8
    assert [page["slug"] for page in site["legal"]] == ["user-agreement", "privacy-policy", "refund-rules"]
    assert len(site["announcements"]) == 3
    assert {coupon["code"] for coupon in site["coupons"]} == {"WELCOME20", "SAVE30"}
    assert site["bundles"][0]["price_minor"] == 29900
    assert site["landing_pages"][0]["enquiry"]["button"]
    for page in site["legal"]:
        assert 350 <= len(re.sub(r"<[^>]+>", " ", page["body"]["en"]).split()) <= 600
        assert len(re.findall(r"[\u4e00-\u9fff]", page["body"]["zh-hans"])) >= 350
