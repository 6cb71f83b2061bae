import base64
from xml.sax.saxutils import escape

import pytest

from exams.domain.grading import load_question
from exams.domain.marks import GradingPolicy
from exams.domain.types import calculated
from exams.interchange.formats.base import Attachment
from exams.interchange.formats.moodle_xml import FORMAT, REASONS
from tests.pure.exams.formats.reading import losses_of, reasons_of, record_of, rows_of, written
from tests.pure.exams.samples import SAMPLES

PICTURE = base64.b64encode(b"\x89PNG picture").decode()


def _text(name: str, text: str, kind: str = "html", more: str = "") -> str:
    return f'<{name} format="{kind}"><text>{escape(text)}</text>{more}</{name}>'


def _question(
    kind: str, body: str, *, stem: str = "<p>Which?</p>", name: str = "Which?", stem_kind: str = "html"
) -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>{_text("questiontext", stem, stem_kind)}'
        f"<defaultgrade>2.5000000</defaultgrade>{body}</question>"
    )


def _quiz(*questions: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>{"".join(questions)}</quiz>'


def _answer(text: str, fraction: object = 0, said: str = "", more: str = "") -> str:
    feedback = _text("feedback", said) if said else ""
    return f'<answer fraction="{fraction}" format="html"><text>{escape(text)}</text>{feedback}{more}</answer>'


def _mark(record, response) -> float | None:
    return load_question(record["type"], record["content"], record["key"]).grade(response).fraction


def test_single_choice_with_all_that_surrounds_it(tmp_path):
    category = '<question type="category"><category><text>$course$/top/Chapter 1/A//B</text></category></question>'
    body = (
        _text("generalfeedback", "<p>Because.</p>")
        + "<idnumber>q-7</idnumber><single>true</single><tags><tag><text>easy</text></tag></tags>"
        + _answer("<b>yes</b>", 100, "Right")
        + _answer("no", -50)
        + _answer("half", "33.33333")
    )
    (row,) = rows_of(FORMAT, _quiz(category, _question("multichoice", body)), tmp_path)
    assert row.record == {
        "type": "single_choice",
        "ref": "q-7",
        "topic": ["Chapter 1", "A/B"],
        "tags": ["easy"],
        "marks": "2.5",
        "explanation": "<p>Because.</p>",
        "content": {
            "stem": "<p>Which?</p>",
            "options": [
                {"id": "a", "text": "<b>yes</b>"},
                {"id": "b", "text": "no"},
                {"id": "c", "text": "half"},
            ],
        },
        "key": {"fractions": {"a": 1.0, "b": -0.5, "c": 1 / 3}, "feedback": {"a": "Right"}},
    }
    assert len(row.doubts) == 1


def test_multiple_choice_adds_up_whatever_the_paper_says(tmp_path):
    answers = "".join(_answer(str(n), f) for n, f in enumerate(("33.33333", "33.33333", "33.33333", -100)))
    record = record_of(FORMAT, _quiz(_question("multichoice", f"<single>false</single>{answers}")), tmp_path)
    assert record["key"]["rule"] == "sum_of_fractions"
    assert _mark(record, ["a", "b", "c"]) == pytest.approx(1)
    assert _mark(record, ["a"]) == pytest.approx(1 / 3)
    assert _mark(record, ["a", "b", "d"]) == 0


def test_all_or_nothing_of_the_plug_in(tmp_path):
    body = _answer("x", 100) + _answer("y", 100) + _answer("z")
    record = record_of(FORMAT, _quiz(_question("multichoiceset", body)), tmp_path)
    assert (_mark(record, ["a", "b"]), _mark(record, ["a"]), _mark(record, ["a", "b", "c"])) == (1, 0, 0)


def test_true_or_false(tmp_path):
    body = _answer("true", 0, "No") + _answer("false", 100, "Yes")
    record = record_of(FORMAT, _quiz(_question("truefalse", body)), tmp_path)
    assert record["key"] == {"correct": False, "feedback": {"true": "No", "false": "Yes"}}


@pytest.mark.parametrize(("usecase", "earned"), [("0", 1), ("1", 0)])
def test_short_answer_minds_case_where_the_file_says_so(usecase, earned, tmp_path):
    body = f"<usecase>{usecase}</usecase>" + _answer("New * York", 100) + _answer("*", 10)
    record = record_of(FORMAT, _quiz(_question("shortanswer", body)), tmp_path)
    assert _mark(record, " New big York ") == 1
    assert _mark(record, "new big york") == (earned or 0.1)
    assert _mark(record, "Ｎew big York") == 0.1


def _numerical(body: str) -> str:
    answers = _answer("13", 100, "", "<tolerance>0.5</tolerance>") + _answer("*", 0, "Far off")
    units = (
        "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit>"
        "<unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units>"
    )
    return _quiz(_question("numerical", answers + units + body))


def test_numbers_with_units_that_cost_nothing(tmp_path):
    record = record_of(FORMAT, _numerical("<unitgradingtype>0</unitgradingtype>"), tmp_path)
    assert [_mark(record, one) for one in ("13", "13.5 m", "1300cm", "13 feet", "14", "1300 m")] == [1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize(("kind", "earned"), [("1", 0.75), ("2", 0.75)])
def test_numbers_with_units_that_cost_a_part(kind, earned, tmp_path):
    body = f"<unitgradingtype>{kind}</unitgradingtype><unitpenalty>0.25</unitpenalty>"
    record = record_of(FORMAT, _numerical(body), tmp_path)
    assert [_mark(record, one) for one in ("13 m", "1300 cm", "13", "13 cm", "99 m")] == [1, 1, earned, earned, 0]


def test_matching_with_a_distractor(tmp_path):
    def sub(text: str, answer: str) -> str:
        return _text("subquestion", text, more=f"<answer><text>{escape(answer)}</text></answer>")

    body = sub("<p>cat</p>", "mammal") + sub("dog", "mammal") + sub("frog", "a < b") + sub("", "insect")
    record = record_of(FORMAT, _quiz(_question("matching", body)), tmp_path)
    assert [o["text"] for o in record["content"]["right"]] == ["mammal", "a < b", "insect"]
    assert _mark(record, {"l1": "r1", "l2": "r1", "l3": "r3"}) == pytest.approx(2 / 3)


def test_essays_and_files(tmp_path):
    body = "<responseformat>editor</responseformat><minwordlimit>50</minwordlimit><maxwordlimit>80</maxwordlimit>"
    record = record_of(FORMAT, _quiz(_question("essay", body)), tmp_path)
    assert (record["type"], record["content"]["min_words"], record["content"]["max_words"]) == ("essay", 50, 80)
    body = (
        "<responseformat>noinline</responseformat><attachments>3</attachments><filetypeslist>.pdf,image</filetypeslist>"
    )
    record = record_of(FORMAT, _quiz(_question("essay", body)), tmp_path)
    assert (record["type"], record["content"]["maximum_files"]) == ("file_upload", 3)
    assert record["content"]["kinds"] == ["document", "picture"]
    body = "<responseformat>editor</responseformat><attachmentsrequired>1</attachmentsrequired>"
    assert "together" in reasons_of(rows_of(FORMAT, _quiz(_question("essay", body)), tmp_path))[0]


def test_cloze_takes_its_marks_from_its_gaps(tmp_path):
    stem = "<p>The {1:SHORTANSWER:=owl} and {3:MULTICHOICE:dog~=cat}.</p>"
    record = record_of(FORMAT, _quiz(_question("cloze", "", stem=stem)), tmp_path)
    assert record["marks"] == "4"
    assert record["content"]["stem"] == "<p>The [[g1]] and [[g2]].</p>"
    assert _mark(record, {"g1": "OWL", "g2": "a"}) == 0.25


@pytest.mark.parametrize("kind", ["gapselect", "ddwtos"])
def test_gaps_with_lists_of_words(kind, tmp_path):
    name = "selectoption" if kind == "gapselect" else "dragbox"
    words = "".join(
        f"<{name}><text>{word}</text><group>{group}</group></{name}>"
        for word, group in (("cat", 1), ("on", 2), ("dog", 1), ("under", 2))
    )
    record = record_of(FORMAT, _quiz(_question(kind, words, stem="The [[3]] sat [[2]] the mat.")), tmp_path)
    assert record["content"]["stem"] == "The [[g1]] sat [[g2]] the mat."
    assert [[o["text"] for o in gap["options"]] for gap in record["content"]["gaps"]] == [
        ["cat", "dog"],
        ["on", "under"],
    ]
    assert _mark(record, {"g1": "c", "g2": "d"}) == 0.5


@pytest.mark.parametrize(
    ("grading", "response", "earned"),
    [
        ("ALL_OR_NOTHING", ["a", "b", "c", "d"], 1),
        ("ALL_OR_NOTHING", ["b", "a", "c", "d"], 0),
        ("ABSOLUTE_POSITION", ["b", "a", "c", "d"], 0.5),
        ("RELATIVE_NEXT_EXCLUDE_LAST", ["d", "a", "b", "c"], 2 / 3),
    ],
)
def test_orderings(grading, response, earned, tmp_path):
    body = f"<gradingtype>{grading}</gradingtype><selecttype>ALL</selecttype><selectcount>2</selectcount>"
    body += "".join(_answer(word, place) for place, word in enumerate(("one", "two", "three", "four"), start=1))
    record = record_of(FORMAT, _quiz(_question("ordering", body)), tmp_path)
    assert _mark(record, response) == pytest.approx(earned)


def _calculated(formula: str = "{a} + 2*{b}", more: str = "") -> str:
    def dataset(name: str, *values: str) -> str:
        items = "".join(
            f"<dataset_item><number>{n}</number><value>{v}</value></dataset_item>"
            for n, v in enumerate(values, start=1)
        )
        return (
            f"<dataset_definition><name><text>{name}</text></name><minimum><text>1</text></minimum>"
            f"<maximum><text>9</text></maximum><decimals><text>1</text></decimals><itemcount>2</itemcount>"
            f"<dataset_items>{items}</dataset_items></dataset_definition>"
        )

    settings = (
        "<tolerance>0.1</tolerance><tolerancetype>2</tolerancetype><correctanswerformat>1</correctanswerformat>"
        "<correctanswerlength>1</correctanswerlength>"
    )
    sets = f"<dataset_definitions>{dataset('a', '1.5', '2.5')}{dataset('b', '3', '-4')}</dataset_definitions>"
    return _quiz(_question("calculated", _answer(formula, 100, "", settings) + sets + more, stem="{a} + 2 {b}?"))


def test_a_calculated_question_brings_its_data_sets(tmp_path):
    record = record_of(FORMAT, _calculated(), tmp_path)
    question = load_question(record["type"], record["content"], record["key"])
    for variant, right, wrong in (("v1", "7.6", "7.7"), ("v2", "-5.5", "5.5")):
        content = calculated.bind(question.content, {"variant": (variant,)})
        earned = [
            question.type.grade(content, question.key, answer, GradingPolicy()).fraction for answer in (right, wrong)
        ]
        assert earned == [1, 0]


@pytest.mark.parametrize("formula", ["round({a})", "{a} % 2", "{c} + 1", "system({a})", "{a} +"])
def test_a_formula_that_means_something_else_here_is_declined(formula, tmp_path):
    assert len(reasons_of(rows_of(FORMAT, _calculated(formula), tmp_path))) == 1


@pytest.mark.parametrize("kind", [*REASONS, "description", "calculatedmulti", "something-new", ""])
def test_types_we_do_not_have_are_declined_by_name(kind, tmp_path):
    (row,) = rows_of(FORMAT, _quiz(_question(kind, "")), tmp_path)
    assert row.record is None
    assert len(row.problems) == 1
    assert "Which?" in row.source


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("multichoice", _answer("a", 100), "at least two"),
        ("multichoice", _answer("a", 50) + _answer("b"), "full marks"),
        ("multichoice", _answer("a", "lots") + _answer("b"), "lots is no share"),
        ("multichoice", _answer("a", 300) + _answer("b"), "300 is no share"),
        ("multichoice", "<single>0</single>" + _answer("a", 50) + _answer("b"), "add up to 50"),
        ("truefalse", _answer("true", 0) + _answer("false", 0), "true or false"),
        ("shortanswer", "", "full marks"),
        ("numerical", _answer("pi", 100), "pi is not a number"),
        ("ordering", _answer("one", 1), "from 2 to 30"),
        (
            "ordering",
            "<gradingtype>RELATIVE_TO_CORRECT</gradingtype>" + _answer("one") + _answer("two"),
            "not one that",
        ),
        ("ordering", "<selecttype>RANDOM</selecttype><selectcount>2</selectcount>" + _answer("x") * 3, "Only some"),
        ("gapselect", "", "There is no gap"),
        ("multichoice", "<defaultgrade>-1</defaultgrade>", "at least two"),
    ],
)
def test_what_cannot_be_taken_is_explained(kind, body, reason, tmp_path):
    (said,) = reasons_of(rows_of(FORMAT, _quiz(_question(kind, body)), tmp_path))
    assert reason in said


def _file(name: str, data: str) -> str:
    return f'<file name="{name}" path="/" encoding="base64">{data}</file>'


def test_pictures_and_sounds_come_with_the_question(tmp_path):
    stem = (
        '<p>See <img src="@@PLUGINFILE@@/my%20pic.png" alt="a cat" style="x"> '
        '<audio controls><source src="@@PLUGINFILE@@/s.mp3"></audio></p>'
    )
    files = _file("my pic.png", PICTURE) + _file("s.mp3", PICTURE)
    said = _text("generalfeedback", "<img src=@@PLUGINFILE@@/my%20pic.png>", more=_file("my pic.png", "AAAA"))
    asked = _text("questiontext", stem, more=files)
    question = f'<question type="essay"><name><text>See</text></name>{asked}{said}</question>'
    (row,) = rows_of(FORMAT, _quiz(question), tmp_path)
    assert row.record["content"]["stem"] == (
        '<p>See <img src="attachment:my-pic.png" alt="a cat"> <audio src="attachment:s.mp3"></audio></p>'
    )
    assert row.record["explanation"] == '<img src="attachment:2-my-pic.png" alt="">'
    assert {one.name: one.data for one in row.attachments} == {
        "my-pic.png": b"\x89PNG picture",
        "s.mp3": b"\x89PNG picture",
        "2-my-pic.png": b"\x00\x00\x00",
    }


def test_pictures_elsewhere_are_doubts_and_missing_ones_losses(tmp_path):
    stem = '<img src="https://example.org/a.png"><img src="@@PLUGINFILE@@/no.png" alt="gone"><iframe src="x"></iframe>'
    (row,) = rows_of(FORMAT, _quiz(_question("essay", "", stem=stem)), tmp_path)
    assert [remark.text % remark.values for remark in row.doubts] == [
        "The picture or sound https://example.org/a.png lies on another site and stays there."
    ]
    assert "The picture or sound no.png is not in the file." in losses_of(row)
    assert "gone" in row.record["content"]["stem"]


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        ("html", "a &lt; b &amp; c", "a < b & c"),
        ("html", "use &lt;b&gt;", "<p>use &lt;b&gt;</p>"),
        ("html", "one\ntwo", "one two"),
        ("html", "$$x^2$$", r"\[x^2\]"),
        ("html", "<h3>Title</h3><div>text</div>", "<p><strong>Title</strong></p><p>text</p>"),
        ("html", "<math><annotation encoding='application/x-tex'>x^2</annotation></math>", r"\(x^2\)"),
        ("plain_text", "<b>x</b>\ny", "<p>&lt;b&gt;x&lt;/b&gt;<br>y</p>"),
        ("moodle_auto_format", "one\ntwo", "one\ntwo"),
        (
            "markdown",
            "# T\n\n- a\n- **b**",
            "<p><strong>T</strong></p>\n<ul><li>a</li><li><strong>b</strong></li></ul>",
        ),
    ],
)
def test_formats_of_texts(kind, text, read, tmp_path):
    record = record_of(FORMAT, _quiz(_question("essay", "", stem=text, stem_kind=kind)), tmp_path)
    assert record["content"]["stem"] == read


def test_what_is_left_out_is_said(tmp_path):
    body = (
        _answer("a", 100)
        + _answer("b")
        + "<shuffleanswers>0</shuffleanswers>"
        + _text("correctfeedback", "Bravo, all of it")
        + _text("incorrectfeedback", "Your answer is incorrect.")
        + _text("hint", "Think")
    )
    (row,) = rows_of(FORMAT, _quiz(_question("multichoice", body, name="Question 12")), tmp_path)
    assert len(losses_of(row)) == 4


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_each_type_is_written_or_said_to_be_left_out(name, tmp_path):
    sample = SAMPLES[name]
    record = {"type": name, "content": sample.content, "key": sample.key, "topic": ["章/一", "节"], "ref": "r1"}
    data, losses = written(FORMAT, record)
    rows = rows_of(FORMAT, data, tmp_path)
    if not rows:
        assert "left out" in losses[0]
        return
    assert rows[0].problems == ()
    assert (rows[0].record["topic"], rows[0].record["ref"]) == (["章/一", "节"], "r1")


EXACT = {
    "fold_width": False,
    "fold_space": False,
    "fold_ends": True,
}
RECORDS = [
    {
        "type": "single_choice",
        "content": {
            "stem": '<p>甲 &lt; 乙 <img src="attachment:a.png" alt="图"></p>',
            "options": [{"id": "a", "text": "a < b\nc"}, {"id": "b", "text": "x <strong>y</strong>\nz"}],
        },
        "key": {"fractions": {"a": 1.0, "b": -1 / 3}, "feedback": {"b": "<p>no</p>"}},
    },
    {
        "type": "multiple_choice",
        "content": {"stem": "?", "options": [{"id": i, "text": i} for i in "abc"]},
        "key": {"correct": ["a", "b"], "fractions": {"a": 0.5, "b": 0.5, "c": -0.5}, "rule": "sum_of_fractions"},
    },
    {"type": "true_false", "content": {"stem": "It is."}, "key": {"correct": True, "feedback": {"true": "yes"}}},
    {
        "type": "short_text",
        "content": {"stem": "?"},
        "key": {"answers": [{"text": "a*", "fraction": 1.0}, {"text": "b", "fraction": 0.5, "feedback": "so"}]}
        | EXACT
        | {"fold_case": True},
    },
    {
        "type": "numerical",
        "content": {"stem": "?"},
        "key": {
            "answers": [
                {"value": "12.5", "tolerance": "0.1", "fraction": 1.0},
                {"value": "*", "tolerance": "0", "fraction": 0.0, "feedback": "far"},
            ],
            "units": {"m": "1", "cm": "0.01"},
            "unit_required": True,
            "unit_penalty": 0.5,
            "unit_penalty_of": "maximum",
        },
    },
    {
        "type": "matching",
        "content": {
            "stem": "?",
            "left": [{"id": "l1", "text": "<p>cat</p>"}, {"id": "l2", "text": "frog"}],
            "right": [{"id": "r1", "text": "mammal"}, {"id": "r2", "text": "a < b"}, {"id": "r3", "text": "x"}],
        },
        "key": {"pairs": {"l1": "r1", "l2": "r2"}, "grading": "per_pair"},
    },
    {
        "type": "ordering",
        "content": {"stem": "?", "items": [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]},
        "key": {"order": ["a", "b"], "grading": "per_position"},
    },
    {"type": "essay", "content": {"stem": "Write.", "min_words": 10}, "key": {}},
    {
        "type": "cloze",
        "marks": "5",
        "content": {
            "stem": "<p>The [[g1]] [[g2]] [[g3]] [[g4]]</p>",
            "gaps": [
                {"id": "g1", "kind": "text", "size": 8},
                {"id": "g2", "kind": "choice", "options": [{"id": "a", "text": "x"}, {"id": "b", "text": "y < z"}]},
                {"id": "g3", "kind": "numeric", "size": 8},
                {"id": "g4", "kind": "choices", "options": [{"id": i, "text": i} for i in "abc"]},
            ],
        },
        "key": {
            "gaps": {
                "g1": {"match": "wildcard", "fold_case": False, "answers": [{"text": "owl", "fraction": 1.0}]} | EXACT,
                "g2": {"fractions": {"b": 1.0}, "feedback": {"a": "no } # ~"}, "weight": 2},
                "g3": {"match": "numeric", "numerics": [{"value": "3", "tolerance": "0.5", "fraction": 1.0}]},
                "g4": {"fractions": {"a": 0.5, "b": 0.5, "c": -0.5}},
            }
        },
    },
]


@pytest.mark.parametrize("given", RECORDS, ids=lambda record: record["type"])
def test_what_is_written_is_read_as_the_same(given, tmp_path):
    record = {"marks": "1.5", "explanation": "<p>so</p>", "ref": "r1", "topic": ["a", "b/c"], "tags": ["t & u"]} | given
    attachments = (Attachment(name="a.png", data=b"bytes"),) if "attachment:" in str(record) else ()
    data, losses = written(FORMAT, record, attachments=attachments)
    assert losses == []
    (row,) = rows_of(FORMAT, data, tmp_path)
    assert row.record == record
    assert row.attachments == attachments
    assert (row.doubts, row.losses) == ((), ()) or given["type"] == "single_choice"


def test_topics_change_and_end_as_they_came(tmp_path):
    records = [dict(RECORDS[2], topic=topic, marks="1") for topic in (["a"], ["a"], [], ["b", "c"])]
    data, _losses = written(FORMAT, *records)
    assert [row.record.get("topic", []) for row in rows_of(FORMAT, data, tmp_path)] == [["a"], ["a"], [], ["b", "c"]]


def test_detection():
    assert FORMAT.detect("a.xml", b"<?xml version='1.0'?><quiz><question type='essay'>") == 1
    assert FORMAT.detect("a.xml", b"<questestinterop>") == 0


def test_an_id_number_that_occurs_twice_is_kept_once(tmp_path):
    question = _question("essay", "<idnumber>7</idnumber>")
    first, second = rows_of(FORMAT, _quiz(question, question), tmp_path)
    assert first.record["ref"] == "7"
    assert "ref" not in second.record
    assert len(second.doubts) == 1
