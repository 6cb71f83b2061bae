import time

import pytest

from exams.domain.grading import grade
from exams.interchange.formats.gift import FORMAT
from tests.pure.exams.formats.reading import losses_of, reasons_of, record_of, rows_of, written
from tests.pure.exams.samples import SAMPLES


def test_single_choice_with_weights_and_feedback(tmp_path):
    record = record_of(
        FORMAT, "::Capital::Where is it?{=Here#Yes! ~%50%Near#Half. ~There ~%-25%Nowhere####In general.}", tmp_path
    )
    assert record["type"] == "single_choice"
    assert [option["text"] for option in record["content"]["options"]] == ["Here", "Near", "There", "Nowhere"]
    assert record["key"] == {
        "fractions": {"a": 1.0, "b": 0.5, "d": -0.25},
        "feedback": {"a": "Yes!", "b": "Half."},
    }
    assert record["explanation"] == "In general."


def test_choices_without_an_equals_sign_are_several_and_add_up(tmp_path):
    record = record_of(FORMAT, "Two?{~%50%a ~%50%b ~%-100%c ~d}", tmp_path)
    assert record["key"]["rule"] == "sum_of_fractions"
    question = (record["type"], record["content"], record["key"])
    assert grade(*question, ["a", "b"]).fraction == 1
    assert grade(*question, ["a", "d"]).fraction == 0.5
    assert grade(*question, ["a", "b", "c"]).fraction == 0


@pytest.mark.parametrize(
    ("answer", "is_true", "said"),
    [
        ("T", True, {}),
        ("FALSE", False, {}),
        ("TRUE#wrong#right", True, {"true": "right", "false": "wrong"}),
        ("F#wrong#right", False, {"true": "wrong", "false": "right"}),
        ("F#wrong", False, {"true": "wrong"}),
    ],
)
def test_true_or_false(answer, is_true, said, tmp_path):
    record = record_of(FORMAT, f"It is so.{{{answer}}}", tmp_path)
    assert record["key"] == {"correct": is_true} | ({"feedback": said} if said else {})


def test_a_lower_case_true_is_a_word_to_be_typed_and_doubtful(tmp_path):
    (row,) = rows_of(FORMAT, "It is so.{true}", tmp_path)
    assert row.record["type"] == "short_text"
    assert len(row.doubts) == 1


def test_short_answers_are_marked_by_case_and_pattern(tmp_path):
    record = record_of(FORMAT, "Who?{=no one =%50%some* =%0%*#Not at all}", tmp_path)
    question = (record["type"], record["content"], record["key"])
    assert grade(*question, " No One ").fraction == 1
    assert grade(*question, "somebody").fraction == 0.5
    assert grade(*question, "no  one").fraction == 0
    assert grade(*question, "x").feedback_ids == ("answer:2",)


@pytest.mark.parametrize(
    ("answer", "right", "wrong"),
    [
        ("#1822", ["1822"], ["1823"]),
        ("#3.1415:0.0005", ["3.141", "3.142"], ["3.1426"]),
        ("#1..5", ["1", "5", "2.5"], ["0.99", "5.01"]),
        ("#-5..5", ["-5", "0"], ["6"]),
        ("#=1822:0 =%50%1822:2", ["1822"], ["1825"]),
        ("#3:2~#Far off", ["1"], ["7"]),
    ],
)
def test_numbers(answer, right, wrong, tmp_path):
    record = record_of(FORMAT, f"How much?{{{answer}}}", tmp_path)
    question = (record["type"], record["content"], record["key"])
    assert [grade(*question, one).fraction for one in right] == [1.0] * len(right)
    assert [grade(*question, one).fraction for one in wrong] == [0.0] * len(wrong)


def test_matching_with_a_distractor_and_a_shared_partner(tmp_path):
    record = record_of(FORMAT, "Match.{=cat -> mammal =dog->mammal =frog -> amphibian = -> insect}", tmp_path)
    assert [o["text"] for o in record["content"]["right"]] == ["mammal", "amphibian", "insect"]
    assert record["key"]["pairs"] == {"l1": "r1", "l2": "r1", "l3": "r2"}


def test_missing_word_essay_and_ordering(tmp_path):
    text = "Grant is {~buried =entombed} there.\n\nWrite.{}\n\nOrder.{>2 ALL VERTICAL ABSOLUTE SHOW none\none\ntwo\n}"
    rows = rows_of(FORMAT, text, tmp_path)
    assert [row.record["type"] for row in rows] == ["single_choice", "essay", "ordering"]
    assert rows[0].record["content"]["stem"] == "Grant is _____ there."
    assert rows[2].record["key"] == {"order": ["a", "b"], "grading": "per_position"}


def test_categories_ids_and_tags(tmp_path):
    text = "$CATEGORY: $course$/top/A//B/C\n\n// [id:q-1] [tag:one] [tag:two\\]]\n::Q::Stem?{T}\n"
    record = record_of(FORMAT, text, tmp_path)
    assert (record["topic"], record["ref"], record["tags"]) == (["A/B", "C"], "q-1", ["one", "two]"])


def test_a_deep_category_is_joined_and_said(tmp_path):
    (row,) = rows_of(FORMAT, "$CATEGORY: a/b/c/d\n\nStem?{T}", tmp_path)
    assert row.record["topic"] == ["a", "b", "c / d"]
    assert len(row.losses) == 1


def test_escapes(tmp_path):
    record = record_of(FORMAT, r"A \{b\} \~ \= \# \: \\ \(\\neq\)\nnext{=x ~\=y}", tmp_path)
    assert record["content"]["stem"] == "A {b} ~ = # : \\ \\(\\neq\\)\nnext"
    assert record["content"]["options"][1]["text"] == "=y"


def test_formats_of_texts(tmp_path):
    text = "[html]<div>a &lt; b</div><p>c</p>{=[plain]<b>x</b> ~[markdown]**bold** `c`}"
    record = record_of(FORMAT, text, tmp_path)
    assert record["content"]["stem"] == "<p>a &lt; b</p><p>c</p>"
    assert [o["text"] for o in record["content"]["options"]] == [
        "<p>&lt;b&gt;x&lt;/b&gt;</p>",
        "<strong>bold</strong> <code>c</code>",
    ]


def test_an_empty_line_inside_braces_does_not_break_the_question(tmp_path):
    rows = rows_of(FORMAT, "One?{\n=a\n\n~b\n}\n\nTwo?{T}", tmp_path)
    assert [row.record["type"] for row in rows] == ["single_choice", "true_false"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Just a text.", "text without a question"),
        ("Open{=a", "one of them is missing"),
        ("Closed=a}", "one of them is missing"),
        ("One?{=a ~b} Two?{=c}", "leave an empty line"),
        ("One?{=a ~}", "Answer 2 has no text"),
        ("One?{~a}", "at least two"),
        ("One?{~%30%a ~%30%b}", "add up to 60 per cent"),
        ("One?{=%50%a}", "full marks"),
        ("One?{#abc}", "abc is not a number"),
        ("One?{#1..x}", "not a number"),
        ("Match{=a -> b =c}", "=left -> right"),
        ("Match{=a -> b}", "two different partners"),
        ("Order{>2 ALL VERTICAL LONGEST_ORDERED_SUBSET\na\nb}", "not one that we have"),
    ],
)
def test_what_cannot_be_taken_is_explained(text, reason, tmp_path):
    (said,) = reasons_of(rows_of(FORMAT, text, tmp_path))
    assert reason in said


def test_a_broken_question_does_not_swallow_the_next(tmp_path):
    rows = rows_of(FORMAT, "Open{=a\n\nNext?{T}\n\nLast?{F}", tmp_path)
    assert [bool(row.problems) for row in rows] == [True, False, False]
    assert [row.row for row in rows] == [1, 3, 5]


def test_chinese_in_gbk(tmp_path):
    record = record_of(FORMAT, "::一::会计主体是？{=企业#对 ~个人}".encode("gbk"), tmp_path)
    assert record["content"]["options"][0]["text"] == "企业"


def test_western_text_of_an_unsaid_encoding_is_doubtful(tmp_path):
    (row,) = rows_of(FORMAT, "Où est l'été, déjà ?{=là ~ici}".encode("cp1252"), tmp_path)
    assert row.record["content"]["stem"] == "Où est l'été, déjà ?"
    assert len(row.doubts) == 1


RECORDS = [
    "::Q::Where? \\: {=Here#Yes ~%33.33333%Near ~%-50%[plain]a <b> c####General\\=}",
    "Two?{~%50%a ~%50%b#so ~%-100%c}",
    "[html]<p>It is.</p>{TRUE#no#yes}",
    "It is not.{FALSE##yes}",
    "Who?{=no one =%50%some*#half =%0%*#none}",
    "How much?{#=3.5:0.25#near =%50%*#any}",
    "Match.{=cat -> mammal =[html]<b>frog</b> -> amphibian = -> insect}",
    "Write\\nmuch.{}",
    "// [id:x]\n// [tag:t]\nOrder.{>3 ALL VERTICAL REL SHOW none\none\ntwo\nthree}",
]


@pytest.mark.parametrize("text", RECORDS)
def test_what_is_written_is_read_as_the_same(text, tmp_path):
    record = record_of(FORMAT, text, tmp_path)
    data, losses = written(FORMAT, record)
    assert losses == []
    assert record_of(FORMAT, data, tmp_path) == record


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_each_type_is_written_or_said_to_be_left_out(name, tmp_path):
    sample = SAMPLES[name]
    data, losses = written(FORMAT, {"type": name, "content": sample.content, "key": sample.key, "topic": ["章", "节"]})
    rows = rows_of(FORMAT, data, tmp_path)
    if not rows:
        assert "left out" in losses[0]
        return
    assert rows[0].problems == ()
    assert rows[0].record["topic"] == ["章", "节"]


def test_other_fields_and_files_are_losses(tmp_path):
    sample = SAMPLES["true_false"]
    record = {"type": "true_false", "content": sample.content, "key": sample.key, "difficulty": 5, "marks": 2}
    _data, losses = written(FORMAT, record)
    assert losses == ["Left out: difficulty, marks."]


def test_hostile_files_end_soon(tmp_path):
    start = time.perf_counter()
    for text in ("{" * 100_000, "a\n" * 200_000, "x{=" + "~" * 300_000 + "}", "::" * 200_000, "[html]<div>" * 50_000):
        for row in rows_of(FORMAT, text, tmp_path):
            assert row.problems
    assert time.perf_counter() - start < 20


def test_detection():
    assert FORMAT.detect("bank.gift", b"") > 0.9
    assert FORMAT.detect("bank.txt", b"Where?{=a ~b}") > 0.5
    assert FORMAT.detect("bank.txt", b"It is so.{T}") > 0.5
    assert FORMAT.detect("bank.txt", b"No braces here") == 0
    assert FORMAT.detect("bank.txt", rb"1. \vec{F} = m a_{T} \frac{1}{T} A. x B. y") == 0
    assert FORMAT.detect("bank.xlsx", b"Where?{=a ~b}") == 0


def test_names_that_say_more_than_the_stem_are_losses(tmp_path):
    said, unsaid = rows_of(FORMAT, "::Week 3::Where is it?{T}\n\n::Where is::Where is it?{T}", tmp_path)
    assert losses_of(said) == ["The name of the question, Week 3, is left out."]
    assert losses_of(unsaid) == []


def test_an_id_that_occurs_twice_is_kept_once(tmp_path):
    first, second = rows_of(FORMAT, "// [id:x]\nOne?{T}\n\n// [id:x]\nTwo?{F}", tmp_path)
    assert first.record["ref"] == "x"
    assert "ref" not in second.record
    assert len(second.doubts) == 1
