"""QTI 1.2 as Blackboard writes it: what its questions become and what they earn."""

import pytest

from exams.domain.grading import GradingPolicy, grade
from exams.interchange.formats.base import Source
from exams.interchange.formats.qti.reader import read_qti

CORRECT = "<displayfeedback feedbacktype='Response' linkrefid='correct'/>"
MAXIMUM = "<setvar variablename='SCORE' action='Set'>SCORE.max</setvar>"
OTHERWISE = (
    "<respcondition><conditionvar><other/></conditionvar><setvar variablename='SCORE' action='Set'>0.0</setvar>"
    "<displayfeedback linkrefid='incorrect'/></respcondition>"
)


def formatted(text, kind="HTML"):
    inner = f"<mat_formattedtext type='{kind}'>{text}</mat_formattedtext>"
    return f"<material><mat_extension>{inner}</mat_extension></material>"


def block(name, inner):
    return f"<flow class='{name}'>{inner}</flow>"


def labels(**texts):
    return "".join(
        f"<flow_label><response_label ident='{id_}'><flow_mat>{text}</flow_mat></response_label></flow_label>"
        for id_, text in texts.items()
    )


def chosen(*, cardinality="Single", ident="response", **texts):
    inner = labels(**{id_: formatted(text) for id_, text in texts.items()})
    return (
        f"<response_lid ident='{ident}' rcardinality='{cardinality}'>"
        f"<render_choice>{inner}</render_choice></response_lid>"
    )


def condition(test, *said, title=""):
    return f"<respcondition title='{title}'><conditionvar>{test}</conditionvar>{''.join(said)}</respcondition>"


def equal(text, ident="response"):
    return f"<varequal case='No' respident='{ident}'>{text}</varequal>"


def blackboard(kind, answers, conditions, *, partial="", maximum="10.0", after="", stem="Which?"):
    credit = f"<bbmd_partialcredit>{partial}</bbmd_partialcredit>" if partial else ""
    return (
        f"<questestinterop><item><itemmetadata><bbmd_questiontype>{kind}</bbmd_questiontype>{credit}"
        f"<qmd_absolutescore_max>{maximum}</qmd_absolutescore_max><qmd_weighting>0.0</qmd_weighting></itemmetadata>"
        f"<presentation>{block('QUESTION_BLOCK', formatted(stem))}{block('RESPONSE_BLOCK', answers)}</presentation>"
        "<resprocessing scoremodel='SumOfScores'><outcomes>"
        f"<decvar defaultval='0.0' maxvalue='{maximum}' minvalue='0.0' varname='SCORE' vartype='Decimal'/></outcomes>"
        f"{conditions}{OTHERWISE}</resprocessing>{after}</item></questestinterop>"
    )


@pytest.fixture
def row(tmp_path):
    def read(text):
        path = tmp_path / "res00001.dat"
        path.write_text(text, encoding="utf-8")
        (found,) = read_qti(Source(name=path.name, path=path))
        return found

    return read


def earned(record, response):
    mark = grade(record["type"], record["content"], record["key"], response, GradingPolicy())
    return mark.fraction * float(record["marks"])


def test_choice_earns_the_stated_maximum_and_shows_what_is_said_of_each_option(row):
    after = "<itemfeedback ident='o2'><solution><solutionmaterial>" + formatted("Not so.") + "</solutionmaterial>"
    after += "</solution></itemfeedback>"
    text = blackboard(
        "Multiple Choice", chosen(o1="Yes", o2="No"), condition(equal("o1"), MAXIMUM, CORRECT), after=after
    )
    found = row(text).record
    assert (found["type"], found["marks"]) == ("single_choice", "10")
    assert earned(found, "a") == 10
    assert earned(found, "b") == 0
    assert found["key"]["feedback"] == {"b": "Not so."}


def test_either_or_is_written_in_words(row):
    answers = chosen(**{"yes_no.true": "yes_no.true", "yes_no.false": "yes_no.false"})
    found = row(blackboard("Either/Or", answers, condition(equal("yes_no.false"), MAXIMUM, CORRECT))).record
    assert found["type"] == "true_false"
    assert found["key"]["correct"] is False


def test_listed_answers_without_a_score_earn_all(row):
    field = "<response_str ident='response'><render_fib fibtype='String'/></response_str>"
    conditions = condition(equal("red"), CORRECT) + condition(equal("crimson"), CORRECT)
    found = row(blackboard("Fill in the Blank", field, conditions)).record
    assert [earned(found, {"b1": text}) for text in ("Red", "crimson", "blue")] == [10, 10, 0]


def test_a_number_counts_within_its_range(row):
    field = "<response_num ident='response'><render_fib fibtype='Decimal'/></response_num>"
    test = "<vargte respident='response'>3</vargte><varlte respident='response'>5</varlte>" + equal("4")
    found = row(blackboard("Numeric", field, condition(test, CORRECT))).record
    assert [earned(found, text) for text in ("4", "5", "3.5", "6")] == [10, 10, 10, 0]


@pytest.mark.parametrize(("partial", "half", "doubts"), [("true", 5, 0), ("false", 0, 0), ("", 5, 1)])
def test_matching_joins_its_two_columns(row, partial, half, doubts):
    rows = "".join(
        f"<flow>{chosen(ident=left, **dict.fromkeys(ids, ''))}{block('FORMATTED_TEXT_BLOCK', formatted(left))}</flow>"
        for left, ids in (("L1", ("a1", "a2")), ("L2", ("b1", "b2")))
    )
    rights = "".join(f"<flow>{formatted(text)}</flow>" for text in ("one", "two"))
    answers = rows + block("RIGHT_MATCH_BLOCK", rights)
    conditions = condition(equal("a2", "L1"), CORRECT) + condition(equal("b1", "L2"), CORRECT)
    found = row(blackboard("Matching", answers, conditions, partial=partial))
    assert len(found.doubts) == doubts
    assert [side["text"] for side in found.record["content"]["left"]] == ["<p>L1</p>", "<p>L2</p>"]
    assert earned(found.record, {"l1": "r2", "l2": "r1"}) == 10
    assert earned(found.record, {"l1": "r2", "l2": "r2"}) == half


def test_an_order_is_the_one_in_which_the_equalities_stand(row):
    answers = chosen(cardinality="Ordered", x="second", y="first", z="third")
    test = f"<and>{equal('y')}{equal('x')}{equal('z')}</and>"
    found = row(blackboard("Ordering", answers, condition(test, MAXIMUM, CORRECT), partial="false")).record
    assert earned(found, ["b", "a", "c"]) == 10
    assert earned(found, ["a", "b", "c"]) == 0


def test_words_go_where_their_names_stand(row):
    answers = chosen(ident="sky", w1="blue", w2="green") + chosen(ident="grass", w1="blue", w2="green")
    test = f"<and>{equal('w1', 'sky')}{equal('w2', 'grass')}</and>"
    stem = "The sky is [sky], grass is [grass]."
    found = row(blackboard("Jumbled Sentence", answers, condition(test, MAXIMUM, CORRECT), partial="false", stem=stem))
    assert "[[g1]]" in found.record["content"]["stem"]
    assert "[sky]" not in found.record["content"]["stem"]
    assert earned(found.record, {"g1": "a", "g2": "b"}) == 10
    assert earned(found.record, {"g1": "a", "g2": "a"}) == 0


@pytest.mark.parametrize(
    ("kind", "type_"), [("Essay", "essay"), ("Short Response", "essay"), ("File Upload", "file_upload")]
)
def test_what_a_person_marks(row, kind, type_):
    field = "<response_str ident='response'><render_fib fibtype='String' rows='3'/></response_str>"
    found = row(blackboard(kind, field, condition("", MAXIMUM, CORRECT))).record
    assert (found["type"], found["marks"]) == (type_, "10")


def test_partial_credit_without_rules_is_declined(row):
    answers = chosen(cardinality="Multiple", x="one", y="two")
    conditions = condition(f"<and>{equal('x')}{equal('y')}</and>", MAXIMUM, CORRECT)
    found = row(blackboard("Multiple Answer", answers, conditions, partial="true"))
    assert found.record is None
    assert "part of the marks" in found.problems[0].text
