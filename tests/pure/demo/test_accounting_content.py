"""The demo's Chinese content is complete, consistent and free of near-duplicates.

Plain YAML checks of the accounting and the safety courses: nothing here needs Django.
"""

import itertools
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

CONTENT = Path(__file__).resolve().parents[3] / "edu" / "demo" / "content"
ACCOUNTING = CONTENT / "accounting"
SAFETY = CONTENT / "safety"

TAG = re.compile(r"<[^>]+>")
MARKER = re.compile(r"\[\[([a-z0-9_-]{1,32})\]\]")
ID = re.compile(r"[a-z0-9_-]{1,32}")
LAW = re.compile(
    r"《[^》]*(?:法|条例|办法|准则|规范|规则|通则|规定)[^》]*》"
    r"|增值税法|公司法|会计法|安全生产法|所得税法"
)
RATE = re.compile(r"(?:税率|征收率)[^。；，]{0,6}\d+(?:\.\d+)?%|\d+%\s*(?:的)?(?:税率|征收率)|适用\s*\d+%")
NAMES = re.compile(r"青禾食品|云杉|长风商贸|拾光摄影|银杏家具|海棠设计|一般纳税人|某?(?:公司|企业)|[甲乙丙]")

ALLOWED_TAGS = set(
    re.findall(
        r"\w+",
        "p br strong em u sub sup code pre table thead tbody tr th td ul ol li blockquote img span h2 h3",
    )
)
TYPES = {
    "single_choice",
    "multiple_choice",
    "true_false",
    "fill_blank",
    "numerical",
    "short_text",
    "essay",
    "matching",
    "ordering",
    "categorisation",
    "cloze",
    "material",
}
MINIMUM = {
    "single_choice": 28,
    "multiple_choice": 14,
    "true_false": 12,
    "fill_blank": 8,
    "numerical": 9,
    "short_text": 4,
    "essay": 3,
    "matching": 4,
    "ordering": 3,
    "categorisation": 3,
    "cloze": 3,
    "material": 3,
}
AUTO_MARKED = TYPES - {"essay"}


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader that refuses a key written twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key is written twice {node.start_mark}"
        return super().construct_mapping(node, deep=deep)


def load(path: Path) -> Any:
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=_UniqueKeyLoader)


def bank(*files: Path) -> list[dict[str, Any]]:
    return [record for path in files for record in load(path)]


ACCOUNTING_BANK = bank(*sorted((ACCOUNTING / "questions").glob("*.yaml")))
SAFETY_BANK = bank(SAFETY / "questions.yaml")
BANKS = {"accounting": ACCOUNTING_BANK, "safety": SAFETY_BANK}
EVERY = ACCOUNTING_BANK + SAFETY_BANK


def parts(record: dict[str, Any]) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Return (name, type, content, key) of a question, or of each question inside a material."""
    if record["type"] != "material":
        return [(record["ref"], record["type"], record["content"], record["key"])]
    keys = record["key"]["questions"]
    subs = record["content"]["questions"]
    assert {sub["id"] for sub in subs} == set(keys) == set(record["key"]["explanations"]), record["ref"]
    return [(f"{record['ref']}/{sub['id']}", sub["type"], sub["content"], keys[sub["id"]]) for sub in subs]


PARTS = [part for record in EVERY for part in parts(record)]


def of_type(*types: str) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    return [(name, content, key) for name, kind, content, key in PARTS if kind in types]


def ids(rows: list[dict[str, Any]], name: str) -> set[str]:
    found = [row["id"] for row in rows]
    assert len(found) == len(set(found)), name
    assert all(ID.fullmatch(one) for one in found), name
    return set(found)


def text_of(value: Any) -> str:
    """Return every string inside a value, tags removed."""
    if isinstance(value, dict):
        return " ".join(text_of(one) for one in value.values())
    if isinstance(value, list):
        return " ".join(text_of(one) for one in value)
    return TAG.sub(" ", value) if isinstance(value, str) else ""


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def assert_fraction(value: Any, name: str) -> None:
    assert isinstance(value, int | float), name
    assert not isinstance(value, bool), name
    assert -1 <= value <= 1, name


def assert_blank_key(key: dict[str, Any], name: str) -> None:
    assert key["match"] in {"text", "regex", "numeric"}, name
    assert key["weight"] > 0, name
    for answer in key["answers"]:
        assert isinstance(answer["text"], str), name
        assert_fraction(answer["fraction"], name)
        assert answer["fraction"] > 0 or answer["feedback"], name
    assert any(answer["fraction"] == 1 for answer in key["answers"]), name
    if key["match"] == "numeric":
        assert float(key["numeric"]["value"]) == float(key["answers"][0]["text"]), name
        assert float(key["numeric"]["tolerance"]) >= 0, name


# --- the bank ---------------------------------------------------------------------------------------------


def test_refs_are_unique_and_records_are_complete() -> None:
    refs = [record["ref"] for record in EVERY]
    assert len(refs) == len(set(refs))
    wanted = {
        "ref",
        "type",
        "topic",
        "difficulty",
        "tags",
        "marks",
        "language",
        "content",
        "key",
        "explanation",
    }
    for record in EVERY:
        assert wanted <= set(record) <= wanted | {"source"}, record["ref"]
        assert record["type"] in TYPES, record["ref"]
        assert record["difficulty"] in {1, 2, 3, 4, 5}, record["ref"]
        assert record["language"] == "zh-hans", record["ref"]
        assert record["tags"], record["ref"]
        assert record["marks"] > 0, record["ref"]
        assert len(record["topic"]) == 2, record["ref"]
        assert len(text_of(record["explanation"])) >= 20, record["ref"]


def test_types_are_counted() -> None:
    counts = Counter(record["type"] for record in ACCOUNTING_BANK)
    assert len(ACCOUNTING_BANK) >= 90
    assert not {kind: (counts[kind], least) for kind, least in MINIMUM.items() if counts[kind] < least}
    assert Counter(record["type"] for record in SAFETY_BANK) == {
        "single_choice": 9,
        "multiple_choice": 5,
        "true_false": 4,
        "ordering": 2,
    }


def test_topics_are_two_levels_and_the_chapters_of_the_course() -> None:
    for name, records in BANKS.items():
        chapters = {chapter["title"] for chapter in load(CONTENT / name / "course.yaml")["chapters"]}
        assert {record["topic"][0] for record in records} == chapters
    per_topic = Counter(tuple(record["topic"]) for record in ACCOUNTING_BANK)
    assert len(per_topic) >= 12
    assert min(per_topic.values()) >= 4, per_topic


def test_difficulty_is_spread() -> None:
    counts = Counter(record["difficulty"] for record in ACCOUNTING_BANK)
    assert set(counts) == {1, 2, 3, 4, 5}
    assert max(counts.values()) <= len(ACCOUNTING_BANK) // 2, counts


def test_single_choices_have_one_right_answer_and_feedback_for_every_wrong_one() -> None:
    for name, content, key in of_type("single_choice"):
        options = ids(content["options"], name)
        assert 2 <= len(options) <= 12, name
        assert set(key["fractions"]) <= options, name
        for fraction in key["fractions"].values():
            assert_fraction(fraction, name)
        right = {option for option, fraction in key["fractions"].items() if fraction == 1}
        assert len(right) == 1, name
        assert options - right <= set(key["feedback"]) <= options, name
        assert all(key["feedback"].values()), name
        texts = [option["text"] for option in content["options"]]
        assert len(texts) == len(set(texts)), name


def test_right_answers_of_single_choices_are_spread_over_the_positions() -> None:
    for records in BANKS.values():
        places = Counter(next(iter(r["key"]["fractions"])) for r in records if r["type"] == "single_choice")
        assert set(places) == set("abcd")
        assert max(places.values()) <= 0.4 * places.total(), places


def test_multiple_choices_have_feedback_for_every_wrong_option() -> None:
    for name, content, key in of_type("multiple_choice"):
        options = ids(content["options"], name)
        right = set(key["correct"])
        assert len(right) == len(key["correct"]) >= 2, name
        assert right < options, name
        assert options - right <= set(key["feedback"]) <= options, name


def test_true_false_have_feedback_for_both_answers() -> None:
    for name, content, key in of_type("true_false"):
        assert content["stem"], name
        assert isinstance(key["correct"], bool), name
        assert set(key["feedback"]) == {"true", "false"}, name


def test_blanks_match_the_markers_of_the_stem() -> None:
    for name, content, key in of_type("fill_blank"):
        blanks = ids(content["blanks"], name)
        markers = MARKER.findall(content["stem"])
        assert len(markers) == len(set(markers)), name
        assert blanks == set(key["blanks"]) == set(markers), name
        for blank in key["blanks"].values():
            assert_blank_key(blank, name)
        for group in key.get("order_free", []):
            assert len(group) >= 2, name
            assert set(group) <= blanks, name


def test_gaps_match_the_markers_of_the_stem() -> None:
    for name, content, key in of_type("cloze"):
        gaps = ids(content["gaps"], name)
        markers = MARKER.findall(content["stem"])
        assert len(markers) == len(set(markers)), name
        assert gaps == set(key["gaps"]) == set(markers), name
        for gap in content["gaps"]:
            gap_key = key["gaps"][gap["id"]]
            if gap["kind"] != "choice":
                assert (gap["kind"] == "numeric") == (gap_key["match"] == "numeric"), name
                assert_blank_key(gap_key, name)
                continue
            options = ids(gap["options"], name)
            right = {option for option, fraction in gap_key["fractions"].items() if fraction == 1}
            assert len(right) == 1, name
            assert right <= options, name
            assert options - right <= set(gap_key["feedback"]), name


def test_numerical_answers_are_exact_strings_with_valid_fractions() -> None:
    for name, content, key in of_type("numerical"):
        assert content["unit_label"] in key["units"], name
        values = [answer["value"] for answer in key["answers"]]
        assert all(isinstance(value, str) for value in values), name
        assert len({float(value) for value in values}) == len(values), name
        assert key["answers"][0]["fraction"] == 1, name
        for answer in key["answers"]:
            assert_fraction(answer["fraction"], name)
            assert float(answer["tolerance"]) >= 0, name
            assert answer["tolerance_kind"] in {"absolute", "relative", "significant"}, name
            assert answer["fraction"] > 0 or answer["feedback"], name


def test_short_texts_accept_something_and_explain_the_rest() -> None:
    for name, _content, key in of_type("short_text"):
        assert key["answers"][0]["fraction"] == 1, name
        for answer in key["answers"]:
            assert_fraction(answer["fraction"], name)
            assert answer["fraction"] == 1 or answer["feedback"], name


def test_essays_have_a_rubric_that_adds_up_to_the_marks() -> None:
    for record in (one for one in EVERY if one["type"] == "essay"):
        rubric = record["key"]["rubric"]
        ids(rubric, record["ref"])
        assert sum(row["points"] for row in rubric) == record["marks"], record["ref"]
        assert len(text_of(record["key"]["model_answer"])) >= record["content"]["min_words"], record["ref"]
        assert record["content"]["min_words"] < record["content"]["max_words"], record["ref"]


def test_pairs_resolve() -> None:
    for name, content, key in of_type("matching"):
        assert set(key["pairs"]) == ids(content["left"], name), name
        assert set(key["pairs"].values()) <= ids(content["right"], name), name
        assert len(content["right"]) > len(set(key["pairs"].values())), f"{name} has no distractor"
        assert key["grading"] in {"per_pair", "all_or_nothing"}, name


def test_orders_resolve_and_are_not_given_away() -> None:
    for name, content, key in of_type("ordering"):
        items = [item["id"] for item in content["items"]]
        assert ids(content["items"], name) == set(key["order"]), name
        assert len(key["order"]) == len(items), name
        assert key["order"] != items, f"{name} is written in the right order"
        assert key["grading"] in {"all_or_nothing", "per_pair", "longest_run"}, name


def test_placements_resolve() -> None:
    for name, content, key in of_type("categorisation"):
        assert set(key["placement"]) == ids(content["items"], name), name
        assert set(key["placement"].values()) == ids(content["categories"], name), name
        assert key["grading"] in {"per_item", "all_or_nothing"}, name


def test_materials_hold_marked_questions_and_are_not_nested() -> None:
    for record in (one for one in EVERY if one["type"] == "material"):
        subs = record["content"]["questions"]
        ids(subs, record["ref"])
        assert not {"essay", "material"} & {sub["type"] for sub in subs}, record["ref"]
        assert sum(sub["marks"] for sub in subs) == record["marks"], record["ref"]


def test_rich_text_uses_allowed_tags_and_closes_them() -> None:
    documents = [load(path) for path in sorted(CONTENT.glob("accounting/*.yaml"))]
    documents += [load(path) for path in sorted(CONTENT.glob("safety/*.yaml"))]
    for text in strings([EVERY, documents]):
        opened: list[str] = []
        for closing, tag in re.findall(r"<(/?)([a-zA-Z0-9]+)[^>]*>", text):
            assert tag in ALLOWED_TAGS, text[:80]
            if tag in {"br", "img"}:
                continue
            if closing:
                assert opened, text[:80]
                assert opened.pop() == tag, text[:80]
            else:
                opened.append(tag)
        assert not opened, text[:80]


def test_the_explanation_arrives_at_the_keyed_number() -> None:
    for record in EVERY:
        for name, kind, _content, key in parts(record):
            if kind != "numerical":
                continue
            told = record["explanation"]
            if "/" in name:
                told = record["key"]["explanations"][name.partition("/")[2]]
            numbers = set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d)[ \xa0](?=\d{3})", "", told)))
            assert key["answers"][0]["value"] in numbers, name


EQUATION = re.compile(r"[0-9 \xa0.,%（）()＋－×÷/]+(?:[＝≈][0-9 \xa0.,%（）()＋－×÷/]+)+")


def equations(text: str) -> list[list[float]]:
    """Return the values of the sides of each equation of plain numbers written in a text."""
    found = []
    for match in EQUATION.finditer(text):
        sides = []
        for side in re.split("[＝≈]", match[0]):
            sum_ = side.replace("（", "(").replace("）", ")").translate(str.maketrans("＋－×÷", "+-*/"))
            sum_ = re.sub(r"(\d[\d.]*)%", r"(\1/100)", re.sub(r"[ ,\xa0]", "", sum_)).strip(".")
            if sum_.count("(") < sum_.count(")"):
                sum_ = sum_.rstrip(")")
            elif sum_.count("(") > sum_.count(")"):
                sum_ = sum_.rstrip("(")
            if re.fullmatch(r"[0-9.+\-*/()]*\d[0-9.+\-*/()]*", sum_) and sum_[0] not in "*/+":
                sides.append(float(eval(sum_)))  # plain arithmetic, checked by the pattern above
        if len(sides) > 1:
            found.append(sides)
    return found


def test_every_written_equation_holds() -> None:
    documents = [load(path) for path in sorted(CONTENT.glob("accounting/*.yaml"))]
    checked = 0
    for text in strings([ACCOUNTING_BANK, documents]):
        for sides in equations(TAG.sub("。", text)):
            checked += 1
            assert max(sides) - min(sides) <= 0.001 * max(map(abs, sides)), (sides, text)
    assert checked >= 60


def test_a_law_or_a_rate_has_a_dated_source() -> None:
    for record in EVERY:
        text = text_of([record["content"], record["key"], record["explanation"]])
        if LAW.search(text) or RATE.search(text) or "法规" in record["tags"]:
            assert "source" in record, record["ref"]
        if "source" in record:
            assert re.search(r"《[^》]+》", record["source"]), record["ref"]
            assert re.search(r"(?:19|20)\d\d", record["source"]), record["ref"]


def shingles(text: str) -> set[str]:
    """Return the two-character shingles of a stem without digits, names, marks and spaces."""
    text = re.sub(r"[\W\d_a-zA-Z]+", "", NAMES.sub("", text))
    return {text[i : i + 2] for i in range(len(text) - 1)}


def test_no_two_questions_differ_only_in_names_or_numbers() -> None:
    for records in BANKS.values():
        bags = [(record["ref"], shingles(text_of(record["content"]["stem"]))) for record in records]
        for (one, a), (other, b) in itertools.combinations(bags, 2):
            assert len(a & b) / max(1, len(a | b)) < 0.8, (one, other)


def test_the_near_duplicate_measure_sees_changed_names_and_numbers() -> None:
    one = shingles("长风商贸公司赊购材料 40 000 元，月末负债是多少？")
    other = shingles("云杉公司赊购材料 75 500 元，月末负债是多少？")
    assert len(one & other) / len(one | other) >= 0.8


# --- papers and examinations ------------------------------------------------------------------------------


def matches(record: dict[str, Any], rule: dict[str, Any]) -> bool:
    low, high = rule["difficulty"]
    return (
        record["topic"][: len(rule["topic"])] == rule["topic"]
        and record["type"] in rule["types"]
        and low <= record["difficulty"] <= high
        and set(rule["tags"]) <= set(record["tags"])
    )


@pytest.mark.parametrize("room", sorted(BANKS))
def test_papers_resolve_and_add_up_to_a_hundred(room: str) -> None:
    refs = {record["ref"] for record in BANKS[room]}
    papers = load(CONTENT / room / "papers.yaml")
    assert len({paper["slug"] for paper in papers}) == len(papers)
    for paper in papers:
        total = 0
        used: list[str] = []
        for section in paper["sections"]:
            if paper["kind"] == "fixed":
                used += section["refs"]
                total += section["marks_each"] * len(section["refs"])
            else:
                total += sum(rule["count"] * rule["marks"] for rule in section["rules"])
        assert set(used) <= refs, paper["slug"]
        assert len(used) == len(set(used)), paper["slug"]
        assert total == 100, (paper["slug"], total)


def test_the_blueprint_can_be_met_with_reserve() -> None:
    (blueprint,) = [paper for paper in load(ACCOUNTING / "papers.yaml") if paper["kind"] == "blueprint"]
    rules = [rule for section in blueprint["sections"] for rule in section["rules"]]
    for rule in rules:
        pool = [record for record in ACCOUNTING_BANK if matches(record, rule)]
        assert len(pool) >= 2 * rule["count"], (rule, len(pool))
        assert set(rule["types"]) <= AUTO_MARKED, rule
    for one, other in itertools.combinations(rules, 2):
        shared = [r["ref"] for r in ACCOUNTING_BANK if matches(r, one) and matches(r, other)]
        assert not shared, (one, other, shared)


def test_the_final_paper_has_one_essay_and_the_sold_paper_has_none() -> None:
    kinds = {record["ref"]: record["type"] for record in ACCOUNTING_BANK}
    papers = {paper["slug"]: paper for paper in load(ACCOUNTING / "papers.yaml")}
    final = [kinds[ref] for section in papers["basics-final"]["sections"] for ref in section["refs"]]
    mock = [kinds[ref] for section in papers["basics-mock"]["sections"] for ref in section["refs"]]
    assert len(final) == 25
    assert final.count("essay") == 1
    assert 15 <= len(mock) <= 18
    assert set(mock) <= AUTO_MARKED


def test_a_stated_number_of_questions_is_the_number_in_the_paper() -> None:
    for room in BANKS:
        for paper in load(CONTENT / room / "papers.yaml"):
            count = sum(
                len(section["refs"]) if "refs" in section else sum(rule["count"] for rule in section["rules"])
                for section in paper["sections"]
            )
            stated = re.search(r"全卷 (\d+) 题", paper["instructions"])
            assert stated, paper["slug"]
            assert int(stated[1]) == count, paper["slug"]


def days(offset: str) -> int:
    assert re.fullmatch(r"[+-]\d+d", offset), offset
    return int(offset[:-1])


@pytest.mark.parametrize("room", sorted(BANKS))
def test_exams_name_a_paper_and_have_a_window(room: str) -> None:
    papers = {paper["slug"] for paper in load(CONTENT / room / "papers.yaml")}
    exams = load(CONTENT / room / "exams.yaml")
    assert len({exam["slug"] for exam in exams}) == len(exams)
    for exam in exams:
        assert exam["paper"] in papers, exam["slug"]
        assert days(exam["opens"]) < days(exam["closes"]), exam["slug"]
        assert 0 < exam["pass_percent"] <= 100, exam["slug"]
        assert exam["attempts"] >= 1, exam["slug"]
        assert exam["release"] in {"at_once", "at_close", "by_hand"}, exam["slug"]
        assert f"{exam['duration_minutes']} 分钟" in exam["rules"], exam["slug"]
    assert any(days(exam["opens"]) < 0 < days(exam["closes"]) for exam in exams)


def test_accounting_exams_show_every_window_state() -> None:
    exams = load(ACCOUNTING / "exams.yaml")
    assert any(days(exam["opens"]) > 0 for exam in exams)
    assert any(days(exam["closes"]) < 0 for exam in exams)
    certified = [exam for exam in exams if exam["certificate"]]
    assert (40, 2) in [(exam["duration_minutes"], exam["attempts"]) for exam in certified]


# --- the courses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", sorted(BANKS))
def test_lessons_are_complete(room: str) -> None:
    course = load(CONTENT / room / "course.yaml")
    refs = {record["ref"] for record in BANKS[room]}
    lessons = [lesson for chapter in course["chapters"] for lesson in chapter["lessons"]]
    assert len({lesson["slug"] for lesson in lessons}) == len(lessons)
    for lesson in lessons:
        assert lesson["minutes"] > 0, lesson["slug"]
        if lesson["kind"] == "text":
            size = len(re.sub(r"\s", "", text_of(lesson["body"])))
            assert 500 <= size <= 1200, (lesson["slug"], size)
        elif lesson["kind"] == "video":
            assert 6 <= len(lesson["slides"]) <= 8, lesson["slug"]
            assert 25 <= sum(slide["seconds"] for slide in lesson["slides"]) <= 45, lesson["slug"]
            for slide in lesson["slides"]:
                assert 2 <= len(slide["lines"]) <= 5, lesson["slug"]
                assert 4 <= slide["seconds"] <= 6, lesson["slug"]
                assert len(slide["narration"]) <= 6 * slide["seconds"], (lesson["slug"], slide["narration"])
        elif lesson["kind"] == "document":
            for section in lesson["document"]["sections"]:
                assert section["paragraphs"], lesson["slug"]
                table = section.get("table")
                assert table is None or all(len(row) == len(table["head"]) for row in table["rows"])
        else:
            assert lesson["kind"] == "quiz", lesson["slug"]
            assert set(lesson["quiz"]["refs"]) <= refs, lesson["slug"]
            assert len(set(lesson["quiz"]["refs"])) == len(lesson["quiz"]["refs"]), lesson["slug"]


def test_the_accounting_course_has_its_shape() -> None:
    course = load(ACCOUNTING / "course.yaml")
    assert len(course["chapters"]) >= 4
    assert all(len(chapter["lessons"]) >= 4 for chapter in course["chapters"])
    kinds = Counter(lesson["kind"] for chapter in course["chapters"] for lesson in chapter["lessons"])
    assert kinds["video"] == 3
    assert kinds["document"] in {1, 2}
    free = [lesson["kind"] for c in course["chapters"] for lesson in c["lessons"] if lesson["free_preview"]]
    assert sorted(free) == ["text", "video"]
    assert "五章二十四课" in course["summary"]
    assert (len(course["chapters"]), kinds.total()) == (5, 24)
    assert 0 < course["price_minor"] < course["list_price_minor"]


def test_quizzes_ask_about_their_own_chapter() -> None:
    topics = {record["ref"]: record["topic"][0] for record in ACCOUNTING_BANK}
    for chapter in load(ACCOUNTING / "course.yaml")["chapters"]:
        for lesson in (one for one in chapter["lessons"] if one["kind"] == "quiz"):
            assert {topics[ref] for ref in lesson["quiz"]["refs"]} == {chapter["title"]}


def test_offers_and_voices_name_what_exists() -> None:
    course = load(ACCOUNTING / "course.yaml")
    lessons = {lesson["slug"] for chapter in course["chapters"] for lesson in chapter["lessons"]}
    papers = {paper["slug"] for paper in load(ACCOUNTING / "papers.yaml")}
    offers = {offer["kind"]: offer for offer in course["offers"]}
    assert offers["lesson"]["lesson"] in lessons
    assert offers["paper"]["paper"] in papers
    assert (offers["lesson"]["price_minor"], offers["paper"]["price_minor"]) == (1900, 990)
    community = load(ACCOUNTING / "community.yaml")
    assert len(community["threads"]) == 3
    assert all(thread["lesson"] in lessons and thread["replies"] for thread in community["threads"])
    assert len(community["reviews"]) == 4
    assert all(1 <= review["stars"] <= 5 and review["text"] for review in community["reviews"])
    assert all(row["q"] and row["a"] for row in course["faq"])
    assert all(row["term"] and row["text"] for row in course["glossary"])


def test_the_safety_course_belongs_to_an_organisation_with_staff() -> None:
    course = load(SAFETY / "course.yaml")
    organisation = load(SAFETY / "organisation.yaml")
    assert course["organisation"] == organisation["name"]
    assert "price_minor" not in course
    assert [len(chapter["lessons"]) for chapter in course["chapters"]] == [2, 2]
    staff = organisation["staff"]
    assert len(staff) == 12
    assert len({row["staff_number"] for row in staff}) == len({row["phone"] for row in staff}) == 12
    assert {row["department"] for row in staff} == set(organisation["departments"])
    assert all(re.fullmatch(r"13800000\d{3}", row["phone"]) for row in staff)
