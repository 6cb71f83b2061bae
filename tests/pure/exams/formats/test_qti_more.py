"""QTI marking beyond the standard templates: any other number, trimmed answers, tables of outcomes, templates without
chance, and the calculated questions of Canvas."""

import pytest

from exams.domain.grading import grade, load_question
from exams.interchange.formats.base import Source
from exams.interchange.formats.qti.convert import convert
from exams.interchange.formats.qti.items import read_item
from exams.interchange.formats.qti.nodes import parse_xml
from exams.interchange.formats.qti.notes import Assets, Notes
from exams.interchange.formats.qti.reader import read_qti
from exams.interchange.formats.qti.values import Unsupported
from tests.pure.exams.formats.test_qti import R, condition, declared, item, made, marks, rules, value

TYPED = '<p>Which number?</p><textEntryInteraction responseIdentifier="RESPONSE"/>'


def chain(*branches, otherwise="0"):
    """Return one condition: the first test that holds decides."""
    parts = []
    for at, (test, score) in enumerate(branches):
        name = "responseElseIf" if at else "responseIf"
        parts.append(f"<{name}>{test}{put(score)}</{name}>")
    return f"<responseCondition>{''.join(parts)}<responseElse>{put(otherwise)}</responseElse></responseCondition>"


def put(score):
    return f'<setOutcomeValue identifier="SCORE">{value(score, "float")}</setOutcomeValue>'


def test_any_other_number_that_earns_something_goes_last():
    base = "integer"
    tests = [
        (f"<isNull>{R}</isNull>", "0"),
        (f"<equal>{R}{value(7, base)}</equal>", "4"),
        (f"<and><gt>{R}{value(3, base)}</gt><lt>{R}{value(12, base)}</lt></and>", "0"),
    ]
    text = item(declared(base), TYPED, rules(chain(*tests, otherwise="1")))
    record = made(text).record
    assert record["key"]["answers"][-1]["value"] == "*"
    assert [marks(text, str(n)) for n in (7, 4, 11, 3, 12, -900, 10**12)] == [4, 0, 0, 1, 1, 1, 1]


def test_any_other_decimal_number_too():
    tests = [
        (f"<isNull>{R}</isNull>", "0"),
        (f"<and><gt>{R}{value('0.5', 'float')}</gt><lte>{R}{value('2.5', 'float')}</lte></and>", "3"),
    ]
    text = item(declared("float"), TYPED, rules(chain(*tests, otherwise="1")))
    assert [marks(text, n) for n in ("0.5", "0.50001", "2.5", "2.50001", "-4")] == [1, 3, 3, 1, 1]


def test_numbers_that_earn_without_end_on_one_side_are_declined():
    text = item(declared("float"), TYPED, rules(condition(f"<gt>{R}{value(5, 'float')}</gt>", 1)))
    with pytest.raises(Unsupported, match="beyond any limit"):
        made(text)


def test_unequal_is_what_is_not_equal():
    text = item(declared("integer"), TYPED, rules(condition(f"<notEqual>{R}{value(0, 'integer')}</notEqual>", 1)))
    assert [marks(text, n) for n in ("0", "1", "-5")] == [0, 1, 1]


def operator(name, inner):
    return f'<customOperator definition="{name}">{inner}</customOperator>'


def word(test_of, expected="rope"):
    test = f'<stringMatch caseSensitive="true">{test_of}{value(expected, "string")}</stringMatch>'
    return item(declared("string", correct=[expected]), TYPED, rules(condition(test, 1)))


def test_spaces_around_a_trimmed_answer_do_not_count():
    text = word(operator("qade:Trim", R))
    assert [marks(text, {"b1": t}) for t in ("rope", "  rope ", "Rope", "ro pe", "rope x")] == [1, 1, 0, 0, 0]
    plain = word(R)
    assert marks(plain, {"b1": " rope"}) == 0


def test_answers_without_letters_have_no_accents_to_lose():
    text = word(operator("depcp:Trim", operator("depcp:ToAscii", R)), "3 [")
    assert [marks(text, {"b1": t}) for t in ("3 [", " 3 [ ", "3  [", "3")] == [1, 1, 0, 0]
    with pytest.raises(Unsupported, match="looks into"):
        made(word(operator("depcp:ToAscii", R)))


def test_other_operators_and_patterns_on_trimmed_answers_are_declined():
    with pytest.raises(Unsupported, match="operator of its own"):
        made(word(operator("maker:Guess", R)))
    test = f'<patternMatch pattern="ro.e">{operator("qade:Trim", R)}</patternMatch>'
    with pytest.raises(Unsupported):
        made(item(declared("string"), TYPED, rules(condition(test, 1))))


def test_an_outcome_is_read_through_its_map():
    raw = (
        '<outcomeDeclaration identifier="RAW" cardinality="single" baseType="integer"><mapping defaultValue="0" '
        'lowerBound="0" upperBound="2"><mapEntry mapKey="1" mappedValue="1"/><mapEntry mapKey="4" mappedValue="5"/>'
        "</mapping></outcomeDeclaration>"
    )
    processing = (
        f'<setOutcomeValue identifier="RAW">{R}</setOutcomeValue>'
        '<setOutcomeValue identifier="SCORE"><mapOutcome identifier="RAW"/></setOutcomeValue>'
    )
    text = item(declared("integer") + raw, TYPED, rules(processing))
    assert [marks(text, n) for n in ("1", "4", "2", "-1")] == [1, 2, 0, 0]


def template(processing, body, declaration=""):
    declarations = (
        '<templateDeclaration identifier="T" cardinality="single" baseType="integer"><defaultValue><value>2</value>'
        f"</defaultValue></templateDeclaration>{declaration}{declared('integer')}"
        f"<templateProcessing>{processing}</templateProcessing>"
    )
    test = f'<match>{R}<correct identifier="RESPONSE"/></match>'
    return item(declarations, body, rules(condition(test, 1)))


SUM = f'<sum><variable identifier="T"/>{value(3, "integer")}</sum>'
BODY = f"<p>2 and <printedVariable identifier='T'/> &lt;</p>{TYPED}"


def test_a_template_that_comes_out_the_same_for_all_is_carried_out():
    branch = (
        f'<templateCondition><templateIf><equal><variable identifier="T"/>{value(5, "integer")}</equal>'
        f'<setCorrectResponse identifier="RESPONSE">{value(11, "integer")}</setCorrectResponse></templateIf>'
        f'<templateElse><setCorrectResponse identifier="RESPONSE">{value(9, "integer")}</setCorrectResponse>'
        "</templateElse></templateCondition>"
    )
    text = template(f'<setTemplateValue identifier="T">{SUM}</setTemplateValue>{branch}', BODY)
    record = made(text).record
    assert "2 and 5 &lt;" in record["content"]["stem"]
    assert [marks(text, n) for n in ("11", "9")] == [1, 0]


@pytest.mark.parametrize(
    ("processing", "body"),
    [
        ('<setTemplateValue identifier="T"><randomInteger min="1" max="9"/></setTemplateValue>', BODY),
        ('<templateConstraint><isNull><variable identifier="T"/></isNull></templateConstraint>', BODY),
        ("<makersRule/>", BODY),
        (f'<setTemplateValue identifier="U">{SUM}</setTemplateValue>', BODY),
        (
            "",
            "<choiceInteraction responseIdentifier='RESPONSE'><simpleChoice identifier='A' templateIdentifier='T'>a"
            "</simpleChoice></choiceInteraction>",
        ),
    ],
)
def test_what_differs_from_learner_to_learner_is_declined(processing, body):
    with pytest.raises(Unsupported, match="anew for each learner"):
        made(template(processing, body))


def test_parts_of_the_text_hang_on_a_template():
    shown = "<p><templateInline templateIdentifier='T' identifier='{}'>seen{}</templateInline></p>"
    text = template(
        f'<setCorrectResponse identifier="RESPONSE">{value(1, "integer")}</setCorrectResponse>',
        shown.format(2, 2) + shown.format(3, 3) + TYPED,
    )
    stem = made(text).record["content"]["stem"]
    assert "seen2" in stem
    assert "seen3" not in stem


def test_a_question_without_any_text_says_so():
    notes = Notes()
    inner = '<simpleChoice identifier="A">a</simpleChoice><simpleChoice identifier="B">b</simpleChoice>'
    text = item(
        declared("identifier", correct=["A"]),
        f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{inner}</choiceInteraction>',
        rules(condition(f'<match>{R}<correct identifier="RESPONSE"/></match>', 1)),
    )
    record = convert(read_item(parse_xml(text.encode()), assets=Assets(notes), notes=notes)).record
    assert record["content"]["stem"] == "t"
    assert [remark.text for remark in notes.doubt_remarks(1, "")] == [
        "This question has no text of its own; its title stands in its place."
    ]


def calculated(formula, answers, *, places="2", tolerance="0.0", stem="Half of [x], [y]?", names="x"):
    sets = "".join(
        f'<var_set ident="{at}"><var name="{names}">{x}</var><answer>{answer}</answer></var_set>'
        for at, (x, answer) in enumerate(answers)
    )
    return (
        '<questestinterop><assessment title="Unit 3"><section ident="root_section"><item ident="i"><itemmetadata>'
        "<qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>"
        "<fieldentry>calculated_question</fieldentry></qtimetadatafield><qtimetadatafield>"
        "<fieldlabel>points_possible</fieldlabel><fieldentry>3.0</fieldentry></qtimetadatafield></qtimetadata>"
        f"</itemmetadata><presentation><material><mattext>{stem}</mattext></material></presentation>"
        f"<itemproc_extension><calculated><answer_tolerance>{tolerance}</answer_tolerance>"
        f'<formulas decimal_places="{places}"><formula>{formula}</formula></formulas>'
        f'<vars><var name="{names}" scale="1"><min>1</min><max>9</max></var></vars><var_sets>{sets}</var_sets>'
        "</calculated></itemproc_extension><itemfeedback ident='general_fb'><material><mattext>Why</mattext>"
        "</material></itemfeedback></item></section></assessment></questestinterop>"
    )


@pytest.fixture
def row(tmp_path):
    def run(text):
        path = tmp_path / "quiz.xml"
        path.write_text(text, encoding="utf-8")
        (found,) = read_qti(Source(name="quiz.xml", path=path))
        return found

    return run


def earned(record, variant, response):
    question = load_question(record["type"], record["content"], record["key"])
    return question.grade(response, order={"variant": [variant]}).fraction


def test_a_formula_that_gives_every_answer_is_kept(row):
    found = row(calculated("x / 2", [("5.0", "2.5"), ("3.0", "1.5")], tolerance="0.1"))
    record = found.record
    assert (record["type"], record["marks"], record["key"]["formula"]) == ("calculated", "3", "x / 2")
    assert record["content"]["stem"] == "Half of {x}, [y]?"
    assert record["content"]["variants"][0]["values"] == {"x": "5.0"}
    assert record["explanation"] == "Why"
    assert [earned(record, "v1", n) for n in ("2.5", "2.6", "2.4", "2.61")] == [1, 1, 1, 0]
    assert earned(record, "v2", "1.5") == 1


def test_a_rounded_formula_is_marked_as_rounded(row):
    record = row(calculated("x / 3", [("5.0", "1.67"), ("4.0", "1.33")])).record
    assert record["key"]["formula"] == "round(x / 3, 2)"
    assert [earned(record, "v1", n) for n in ("1.67", "1.6667", "1.66")] == [1, 0, 0]


def test_answers_that_no_formula_of_ours_gives_are_kept_themselves(row):
    found = row(calculated("fancy(x)", [("5.0", "17"), ("4.0", "-2")], tolerance="10%"))
    assert any("formula is lost" in remark.text for remark in found.losses)
    assert [earned(found.record, "v1", n) for n in ("17", "18.7", "15.3", "18.8")] == [1, 1, 1, 0]
    assert earned(found.record, "v2", "-2.2") == 1
    assert "17" not in str(load_question("calculated", found.record["content"], found.record["key"]).public_content())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (calculated("x", []), "missing"),
        (calculated("x", [("a", "1")]), "missing"),
        (calculated("x", [("1", "1")], tolerance="-1"), "missing"),
        (calculated("x", [("1", "1")], names="x y"), "name"),
    ],
)
def test_calculated_questions_that_are_not_whole_are_declined(row, text, reason):
    found = row(text)
    assert found.record is None
    assert reason in found.problems[0].text


def test_grading_of_any_number_is_the_same_in_a_paper_with_negative_marks():
    text = item(declared("integer"), TYPED, rules(condition(f"<notEqual>{R}{value(0, 'integer')}</notEqual>", 1)))
    record = made(text).record
    assert grade(record["type"], record["content"], record["key"], "three").fraction == 0
