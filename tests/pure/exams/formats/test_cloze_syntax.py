import time

import pytest

from exams.domain.grading import grade
from exams.interchange.formats import cloze
from exams.interchange.formats.cloze_syntax import (
    KINDS,
    ClozeGap,
    UnreadableGap,
    gap_as_record,
    parse_cloze,
    write_cloze,
    write_gap,
)
from tests.pure.exams.formats.reading import reasons_of, record_of, rows_of


def _gap(text: str) -> ClozeGap:
    (gap,) = [piece for piece in parse_cloze(text) if isinstance(piece, ClozeGap)]
    return gap


def test_a_text_falls_into_pieces_and_gaps():
    pieces = parse_cloze("The {1:SA:=owl} and the {2:MC:cat~=dog} went.")
    assert [piece if isinstance(piece, str) else piece.kind for piece in pieces] == [
        "The ",
        "text",
        " and the ",
        "choice",
        " went.",
    ]


@pytest.mark.parametrize("name", KINDS)
def test_every_keyword_is_read_as_its_kind(name):
    answers = "=5:1~%50%7:2" if KINDS[name].kind == "numeric" else "=right#well~wrong"
    gap = _gap(f"{{3:{name}:{answers}}}")
    assert (gap.kind, gap.weight) == (KINDS[name].kind, 3)
    assert gap.is_case_sensitive is KINDS[name].is_case_sensitive
    assert gap.is_shuffled is KINDS[name].is_shuffled


def test_fractions_feedback_and_escapes_are_read():
    gap = _gap(r"{:MULTICHOICE:%-33,5%a \} b \# c&amp;d#no \} no~%33.33333%&lt;b&gt;~=e}")
    assert gap.weight == 1
    assert [(one.text, one.fraction, one.feedback) for one in gap.alternatives] == [
        ("a } b # c&d", -0.335, "no } no"),
        ("<b>", 1 / 3, ""),
        ("e", 1.0, ""),
    ]


def test_numbers_take_a_point_or_a_comma_and_a_tolerance():
    gap = _gap("{1:NM:=23,8:0,1#near~%50%-.5e2~*#any}")
    assert [(one.text, one.tolerance, one.fraction) for one in gap.alternatives] == [
        ("23.8", "0.1", 1.0),
        ("-.5e2", "0", 0.5),
        ("*", "0", 0.0),
    ]


def test_several_right_choices_share_the_mark_and_wrong_ones_take_it_back():
    content, key = gap_as_record(_gap("{1:MULTIRESPONSE:=a~=b~c}"), "g1")
    question = ("cloze", {"stem": "[[g1]]", "gaps": [content]}, {"gaps": {"g1": key}})
    assert grade(*question, {"g1": ["a", "b"]}).fraction == 1
    assert grade(*question, {"g1": ["a"]}).fraction == pytest.approx(0.5)
    assert grade(*question, {"g1": ["a", "c"]}).fraction == 0
    assert grade(*question, {"g1": ["a", "b", "c"]}).fraction == pytest.approx(0.5)


def test_per_cent_of_several_choices_are_scaled_and_wrong_ones_stay():
    gap = _gap("{1:MR:%100%a~%100%b~%-50%c~d}")
    assert [one.fraction for one in gap.alternatives] == [0.5, 0.5, -0.5, 0]


def test_a_gap_of_numbers_is_marked_by_the_first_that_is_near():
    content, key = gap_as_record(_gap("{1:NUMERICAL:=1701:0#exact~%66%1701:20#near~*#far}"), "g1")
    question = ("cloze", {"stem": "[[g1]]", "gaps": [content]}, {"gaps": {"g1": key}})
    assert grade(*question, {"g1": "1701"}).fraction == 1
    near = grade(*question, {"g1": "1720"})
    assert (near.fraction, near.feedback_ids) == (0.66, ("g1:1",))
    far = grade(*question, {"g1": "12"})
    assert (far.fraction, far.feedback_ids) == (0, ("g1:2",))
    assert grade(*question, {"g1": "no number"}).feedback_ids == ()


def test_a_gap_of_text_knows_patterns_and_case():
    content, key = gap_as_record(_gap("{1:SAC:=Whisk*y~%50%wh*}"), "g1")
    question = ("cloze", {"stem": "[[g1]]", "gaps": [content]}, {"gaps": {"g1": key}})
    assert grade(*question, {"g1": " Whiskey "}).fraction == 1
    assert grade(*question, {"g1": "whiskey"}).fraction == 0.5
    assert grade(*question, {"g1": "WHISKY"}).fraction == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{1:MULTICHOICE}", "not complete"),
        ("{1:SA:=open", "not complete"),
        ("{1:SA:}", "not complete"),
        ("{1:RIDDLE:=x}", "no kind of gap called RIDDLE"),
        ("{1:MC:=only}", "fewer than two"),
        ("{1:MC:a~%50%b}", "earns full marks"),
        ("{1:MR:a~b}", "earns full marks"),
        ("{1:NM:=zero}", "not a number"),
        ("{0:SA:=x}", "weighs nothing"),
    ],
)
def test_a_gap_with_a_fault_is_explained(text, reason):
    with pytest.raises(UnreadableGap, match=reason):
        parse_cloze(text)


def test_braces_of_formulas_are_no_gaps():
    assert parse_cloze(r"\(\frac{1}{2}\) and {x: y} and {1}") == [r"\(\frac{1}{2}\) and {x: y} and {1}"]


@pytest.mark.parametrize(
    "source",
    [
        "{1:SHORTANSWER:=Owl#well done~%50%Bird~*}",
        "{2:SHORTANSWER_C:=H2O}",
        "{1:MULTICHOICE:a \\# b#no~=c \\} d~%-50%e &lt; f}",
        "{1:NUMERICAL:=23.8:0.1#near~%33.3333333%5:0~*#any}",
        "{1:MULTIRESPONSE:%50%a~%50%b~%-50%c}",
    ],
)
def test_a_written_gap_is_read_as_the_same(source):
    content, key = gap_as_record(_gap(source), "g1")
    again = gap_as_record(_gap(write_gap(content, key)), "g1")
    assert again == (content, key)


def test_what_has_no_form_is_refused_by_the_writer():
    for key in (
        {"match": "regex", "answers": [{"text": "a+"}]},
        {"match": "numeric", "numeric": {"value": "3", "tolerance": "2", "tolerance_kind": "significant"}},
        {"answers": [{"text": "a"}], "weight": 0.5},
    ):
        with pytest.raises(ValueError, match=r"match|tolerance|weight"):
            write_cloze("[[b1]]", [{"id": "b1"}], {"b1": key})


def test_a_text_file_of_embedded_answers_is_one_question(tmp_path):
    record = record_of(cloze.FORMAT, "The {1:SA:=owl}\nand {2:MC:=cat~dog}.", tmp_path)
    assert record["marks"] == "3"
    assert record["content"]["stem"] == "The [[g1]]\nand [[g2]]."
    assert reasons_of(rows_of(cloze.FORMAT, "No gap.", tmp_path)) == ["There is no gap in this text."]
    assert cloze.FORMAT.detect("a.txt", b"The {1:SA:=owl}") > 0.5
    assert cloze.FORMAT.detect("a.txt", b"{=owl}") == 0


def test_hostile_gaps_are_read_in_a_moment():
    start = time.perf_counter()
    for text in ("{1:SA:" + "~" * 200_000, "{1:SA:=a#" * 20_000, "{1:MC:=" + "a~%50%" * 50_000, "{" * 200_000):
        try:
            parse_cloze(text)
        except UnreadableGap:
            continue
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("sign", ["", "~"])
def test_the_first_answer_may_begin_with_the_sign_between_answers(sign):
    _before, gap, _after = parse_cloze(f"{{1:MC:{sign}=yes~%-50%no}}")
    assert [(one.text, one.fraction) for one in gap.alternatives] == [("yes", 1.0), ("no", -0.5)]


@pytest.mark.parametrize("text", ["=", "=x", "%50%x", "~", "x", "x\\", "x&", "\\~}#"])
def test_a_wrong_choice_that_begins_like_a_sign_stays_wrong_when_written(text):
    gap = {"kind": "choice", "options": [{"id": "a", "text": "right"}, {"id": "b", "text": text}]}
    (_before, read, _after) = parse_cloze(write_gap(gap, {"fractions": {"a": 1.0}, "feedback": {"b": "so\\"}}))
    assert [(one.text, one.fraction) for one in read.alternatives] == [("right", 1.0), (text, 0.0)]
    assert read.alternatives[1].feedback == "so\\"
