import pytest

from exams.interchange.formats import chinese_text
from exams.interchange.formats.aiken import FORMAT, detect
from tests.pure.exams.formats.reading import reasons_of, record_of, rows_of, written
from tests.pure.exams.samples import SAMPLES


def test_questions_with_either_sign_behind_the_letter(tmp_path):
    text = "Which <one>?\nA) this < that\nB. that\nANSWER: B\n\nAnd now?\r\nA. x\r\nB. y\r\nC. z\r\nANSWER: A\r\n"
    first, second = rows_of(FORMAT, text, tmp_path)
    assert first.record["key"] == {"fractions": {"b": 1.0}}
    assert first.record["content"]["stem"] == "<p>Which &lt;one&gt;?</p>"
    assert first.record["content"]["options"][0]["text"] == "this < that"
    assert (second.row, second.record["key"]) == (6, {"fractions": {"a": 1.0}})


def test_several_letters_are_a_choice_of_several_by_the_rule_of_the_paper(tmp_path):
    (row,) = rows_of(FORMAT, "Which?\nA. x\nB. y\nC. z\nANSWER: A, C\nFeedback: So it is.", tmp_path)
    assert row.record["key"] == {"correct": ["a", "c"]}
    assert row.record["explanation"] == "So it is."
    assert len(row.doubts) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Only one\nA) x\nANSWER: A", "at least two"),
        ("A) x\nB) y\nANSWER: A", "without a question"),
        ("Unfinished\nA) x\nB) y", "ANSWER: is missing"),
        ("No answers\nANSWER: A", "without lettered answers"),
        ("Wrong letter\nA) x\nB) y\nANSWER: D", "names D"),
        ("No letter\nA) x\nB) y\nANSWER: yes", "yes is not the letter"),
        ("Twice\nA) x\nA) y\nANSWER: A", "before two answers"),
        ("A text at the end.", "belongs to no question"),
    ],
)
def test_what_cannot_be_taken_is_explained(text, reason, tmp_path):
    (said,) = reasons_of(rows_of(FORMAT, text, tmp_path))
    assert reason in said


def test_an_unfinished_question_does_not_swallow_the_next(tmp_path):
    rows = rows_of(FORMAT, "One\nA) x\nB) y\nTwo\nA) x\nB) y\nANSWER: A", tmp_path)
    assert [bool(row.problems) for row in rows] == [True, False]


def test_text_apart_above_the_answers_is_doubtful(tmp_path):
    (row,) = rows_of(FORMAT, "Chapter 3\n\nWhich?\nA. x\nB. y\nANSWER: A", tmp_path)
    assert row.record["content"]["stem"] == "Chapter 3\nWhich?"
    assert len(row.doubts) == 1


def test_single_choices_are_written_and_others_said(tmp_path):
    record = record_of(FORMAT, "Which?\nA. x\nB. y\nANSWER: B", tmp_path)
    data, losses = written(FORMAT, record)
    assert losses == []
    assert record_of(FORMAT, data, tmp_path) == record
    essay = SAMPLES["essay"]
    data, losses = written(FORMAT, {"type": "essay", "content": essay.content, "key": essay.key})
    assert data == b""
    assert len(losses) == 1


def test_detection():
    assert FORMAT.detect("a.txt", b"Which?\nA. x\nB. y\nANSWER: B\n") > 0.5
    assert FORMAT.detect("a.txt", b"Which?{=x ~y}") == 0


@pytest.mark.parametrize(
    "answers",
    ["a) x\nb) y\nANSWER: b", "(A) x\n(B) y\nAnswer: B", "A. x\nB. y\nANSWER: B) y", "a. x\nb. y\nanswer: B."],
)
def test_letters_come_small_in_brackets_or_with_their_text(answers, tmp_path):
    text = f"Which?\n{answers}"
    record = record_of(FORMAT, text, tmp_path)
    assert [option["text"] for option in record["content"]["options"]] == ["x", "y"]
    assert record["key"] == {"fractions": {"b": 1.0}}
    assert FORMAT.detect("file.txt", text.encode()) == 0.8


def test_a_small_letter_out_of_its_turn_is_text(tmp_path):
    record = record_of(FORMAT, "Which is so,\ni. e. right?\nA) x\nB) y\nANSWER: B", tmp_path)
    assert record["content"]["stem"] == "Which is so,\ni. e. right?"


def test_formulas_keep_their_meaning(tmp_path):
    record = record_of(FORMAT, "Which?\nA) $$x^2$$\nB) \\(y\\)\nANSWER: B", tmp_path)
    assert [option["text"] for option in record["content"]["options"]] == [r"\[x^2\]", r"\(y\)"]


def test_a_paper_with_explanations_or_statements_is_rather_read_as_a_paper():
    plain = b"Capital of France?\nA. Rome\nB. Paris\nANSWER: B\n"
    paper = b"1. Capital of France?\nA. Rome\nB. Paris\nAnswer: B\nExplanation: since 987\n"
    statement = b"1. Capital?\nA. Rome\nB. Paris\nAnswer: B\n\n2. Paris is the capital.\nAnswer: True\n"
    assert detect("q.txt", plain) > chinese_text.detect("q.txt", plain)
    for text in (paper, statement):
        assert 0 < detect("q.txt", text) < chinese_text.detect("q.txt", text)
