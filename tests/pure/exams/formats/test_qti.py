"""QTI questions: what they become, and that they earn the same marks."""

import pytest

from exams.domain.grading import GradingPolicy, grade
from exams.interchange.formats.base import Source
from exams.interchange.formats.qti.convert import convert
from exams.interchange.formats.qti.items import read_item
from exams.interchange.formats.qti.mathml import latex_of
from exams.interchange.formats.qti.nodes import parse_xml
from exams.interchange.formats.qti.notes import Assets, Notes
from exams.interchange.formats.qti.reader import read_qti
from exams.interchange.formats.qti.values import Unsupported
from tests.pure.exams.formats.test_qti_hostile import zipped

PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (300).to_bytes(4, "big") + (200).to_bytes(4, "big")
TEMPLATE = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}"/>'
OUTCOME = '<outcomeDeclaration identifier="{}" cardinality="single" baseType="{}"/>'


def declared(base, cardinality="single", *, name="RESPONSE", correct=(), inner=""):
    values = "".join(f"<value>{value}</value>" for value in correct)
    right = f"<correctResponse>{values}</correctResponse>" if correct else ""
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
        f"{right}{inner}</responseDeclaration>"
    )


def mapping(entries, **attrs):
    head = " ".join(f'{name}="{value}"' for name, value in attrs.items())
    body = "".join(f'<mapEntry mapKey="{key}" mappedValue="{worth}"/>' for key, worth in entries.items())
    return f"<mapping {head}>{body}</mapping>"


SCORE = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'


def item(declarations, body, rules, *, outcomes=SCORE, after=""):
    return (
        f'<assessmentItem identifier="i" title="t" adaptive="false">{declarations}{outcomes}'
        f"<itemBody>{body}</itemBody>{rules}{after}</assessmentItem>"
    )


def choice(*ids, most=1, kind="choiceInteraction", tag="simpleChoice"):
    inner = "".join(f'<{tag} identifier="{id_}">Option {id_}</{tag}>' for id_ in ids)
    return f'<{kind} responseIdentifier="RESPONSE" maxChoices="{most}"><prompt>Which?</prompt>{inner}</{kind}>'


def made(text):
    notes = Notes()
    read = read_item(parse_xml(text.encode()), assets=Assets(notes, read=lambda path: PICTURE), notes=notes)
    return convert(read)


def marks(text, response, *, negative=False):
    record = made(text).record
    policy = GradingPolicy(is_negative_allowed=negative)
    return grade(record["type"], record["content"], record["key"], response, policy).fraction * float(record["marks"])


def condition(test, score, base="float"):
    return (
        f'<responseCondition><responseIf>{test}<setOutcomeValue identifier="SCORE"><baseValue baseType="{base}">{score}'
        "</baseValue></setOutcomeValue></responseIf></responseCondition>"
    )


def rules(*parts):
    return f"<responseProcessing>{''.join(parts)}</responseProcessing>"


R = '<variable identifier="RESPONSE"/>'


def value(text, base="identifier"):
    return f'<baseValue baseType="{base}">{text}</baseValue>'


def test_single_choice_by_map():
    text = item(
        declared("identifier", correct=["B"], inner=mapping({"A": 1, "B": 4, "C": -2})),
        choice("A", "B", "C"),
        TEMPLATE.format("map_response"),
    )
    assert made(text).record["type"] == "single_choice"
    assert [marks(text, id_, negative=True) for id_ in "abc"] == [1, 4, -2]
    assert marks(text, "c") == 0


def test_three_versions_of_one_question_are_the_same():
    old = item(declared("identifier", correct=["B"]), choice("A", "B"), TEMPLATE.format("match_correct"))
    new = old.replace("imsglobal.org/question/qti_v2p1/rptemplates/match_correct", "x/rptemplates/match_correct.xml")
    for before, after in (
        ("assessmentItem", "qti-assessment-item"),
        ("responseDeclaration", "qti-response-declaration"),
        ("correctResponse", "qti-correct-response"),
        ("outcomeDeclaration", "qti-outcome-declaration"),
        ("itemBody", "qti-item-body"),
        ("choiceInteraction", "qti-choice-interaction"),
        ("simpleChoice", "qti-simple-choice"),
        ("responseProcessing", "qti-response-processing"),
        ("<value>", "<qti-value>"),
        ("</value>", "</qti-value>"),
        ("<prompt>", "<qti-prompt>"),
        ("</prompt>", "</qti-prompt>"),
        ("baseType", "base-type"),
        ("responseIdentifier", "response-identifier"),
        ("maxChoices", "max-choices"),
    ):
        new = new.replace(before, after)
    assert made(new).record == made(old).record


@pytest.mark.parametrize(
    ("processing", "rule", "earned"),
    [
        (TEMPLATE.format("match_correct"), "all_or_nothing", {"ac": 1, "a": 0, "abc": 0}),
        (TEMPLATE.format("map_response"), "sum_of_fractions", {"ac": 3, "a": 1, "c": 2, "ab": 0, "cb": 1}),
        (
            rules(
                condition(f"<anyN min='2' max='4'>{''.join(f'<member>{value(i)}{R}</member>' for i in 'AC')}</anyN>", 2)
            ),
            "all_or_nothing",
            {"ac": 2, "abc": 2, "a": 0},
        ),
        (
            rules(condition(f"<contains>{R}<multiple>{value('A')}</multiple></contains>", 1)),
            "sum_of_fractions",
            {"ab": 1},
        ),
    ],
)
def test_multiple_choice_finds_its_rule(processing, rule, earned):
    inner = mapping({"A": 1, "C": 2, "B": -1}, lowerBound=0)
    text = item(
        declared("identifier", "multiple", correct=["A", "C"], inner=inner), choice(*"ABCD", most=0), processing
    )
    assert made(text).record["key"]["rule"] == rule
    for letters, worth in earned.items():
        assert marks(text, list(letters)) == pytest.approx(worth)


def test_what_no_rule_expresses_is_declined():
    odd = f"<equal toleranceMode='exact'><containerSize>{R}</containerSize>{value(2, 'integer')}</equal>"
    one = f"<equal toleranceMode='exact'><containerSize>{R}</containerSize>{value(1, 'integer')}</equal>"
    text = item(
        declared("identifier", "multiple"), choice(*"ABCDE", most=0), rules(condition(odd, 1), condition(one, 2))
    )
    with pytest.raises(Unsupported, match="cannot be expressed"):
        made(text)


def test_many_options_are_taken_over_where_few_choices_tell_all():
    ids = [f"O{at}" for at in range(20)]
    for template, worth in (("match_correct", 1), ("map_response", 3)):
        inner = mapping(dict.fromkeys(ids[:3], 1) | {ids[3]: -1}, lowerBound=0)
        text = item(
            declared("identifier", "multiple", correct=ids[:3], inner=inner),
            choice(*ids, most=0),
            TEMPLATE.format(template),
        )
        assert marks(text, ["a", "b", "c"]) == worth
        assert marks(text, ["a", "b"]) == pytest.approx(worth - 1)
        assert marks(text, ["a", "b", "c", "d"]) == pytest.approx(worth - 1)


def test_limits_of_choices_are_kept():
    text = item(
        declared("identifier", "multiple", inner=mapping({"A": 1, "B": 1})),
        choice(*"ABC", most=2),
        TEMPLATE.format("map_response"),
    )
    assert marks(text, ["a", "b"]) == 2
    assert marks(text, ["a", "b", "c"]) == 0


@pytest.mark.parametrize(
    ("text", "worth"), [("York", 2), ("york", 1), ("YORK", 0), ("York ", 0), ("Leeds", 1), ("lEEDS", 1), ("", 0)]
)
def test_typed_text_is_compared_as_the_map_says(text, worth):
    inner = (
        '<mapping><mapEntry mapKey="York" mappedValue="2"/><mapEntry mapKey="york" mappedValue="1"/>'
        '<mapEntry mapKey="Leeds" mappedValue="1" caseSensitive="false"/></mapping>'
    )
    body = '<p>The city of <textEntryInteraction responseIdentifier="RESPONSE"/>.</p>'
    question = item(declared("string", inner=inner), body, TEMPLATE.format("map_response"))
    assert "[[b1]]" in made(question).record["content"]["stem"]
    assert marks(question, {"b1": text}) == worth


def test_patterns_become_regular_expressions():
    test = f'<patternMatch pattern="[0-9]{{3}}-?[a-f]+">{R}</patternMatch>'
    body = '<p><textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    question = item(declared("string"), body, rules(condition(test, 1)))
    assert marks(question, {"b1": "123-abc"}) == 1
    assert marks(question, {"b1": "12-abc"}) == 0


def test_looking_into_a_text_is_declined():
    test = f"<substring caseSensitive='true'>{value('x', 'string')}{R}</substring>"
    body = '<p><textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    with pytest.raises(Unsupported, match="looks into"):
        made(item(declared("string"), body, rules(condition(test, 1))))


NUMBER = '<p>How much? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'


def equal(mode, tolerance, *, bounds=""):
    return f"<equal toleranceMode='{mode}' tolerance='{tolerance}' {bounds}>{value('20', 'float')}{R}</equal>"


@pytest.mark.parametrize(
    ("test", "earning", "failing"),
    [
        (equal("absolute", "0.5"), ["19.5", "20", "20.5"], ["19.49", "20.51", "-20"]),
        (equal("absolute", "1 2", bounds="includeUpperBound='false'"), ["19", "21.99"], ["22", "18.99"]),
        (equal("relative", "10"), ["18", "22"], ["17.99", "22.01"]),
        (
            f"<equalRounded roundingMode='decimalPlaces' figures='1'>{R}{value('3.14', 'float')}</equalRounded>",
            ["3.05", "3.149"],
            ["3.15", "3.04"],
        ),
        (
            f"<equalRounded roundingMode='significantFigures' figures='3'>{R}{value('3.183', 'float')}</equalRounded>",
            ["3.175", "3.18"],
            ["3.1749", "3.185"],
        ),
        (
            f"<and><gt>{R}{value('1', 'float')}</gt><lte>{R}{value('3', 'float')}</lte></and>",
            ["1.001", "3"],
            ["1", "3.001"],
        ),
    ],
)
def test_numbers_earn_within_their_tolerance(test, earning, failing):
    question = item(declared("float"), NUMBER, rules(condition(test, 1)))
    assert made(question).record["type"] == "numerical"
    assert [marks(question, text) for text in earning] == [1] * len(earning)
    assert [marks(question, text) for text in failing] == [0] * len(failing)


def test_calculating_with_a_number_and_endless_ranges_are_declined():
    doubled = f"<equal toleranceMode='exact'><product>{R}{value('2', 'float')}</product>{value('4', 'float')}</equal>"
    for test in (doubled, f"<gt>{R}{value('4', 'float')}</gt>"):
        with pytest.raises(Unsupported):
            made(item(declared("float"), NUMBER, rules(condition(test, 1))))


def test_an_order_is_all_or_nothing():
    text = item(
        declared("identifier", "ordered", correct=["B", "C", "A"]),
        choice("A", "B", "C", most=0, kind="orderInteraction"),
        TEMPLATE.format("match_correct"),
    )
    assert marks(text, ["b", "c", "a"]) == 1
    assert marks(text, ["b", "a", "c"]) == 0


def pair_set(*ids, most=1):
    inner = "".join(
        f'<simpleAssociableChoice identifier="{i}" matchMax="{most}">{i}</simpleAssociableChoice>' for i in ids
    )
    return f"<simpleMatchSet>{inner}</simpleMatchSet>"


def test_pairs_keep_their_weights_and_bounds():
    sets = pair_set("A", "B") + pair_set("X", "Y", most=0)
    body = f'<matchInteraction responseIdentifier="RESPONSE">{sets}</matchInteraction>'
    inner = mapping({"A X": 1, "B Y": 2}, defaultValue=-1, lowerBound=0)
    text = item(declared("directedPair", "multiple", inner=inner), body, TEMPLATE.format("map_response"))
    assert made(text).record["type"] == "matching"
    assert marks(text, {"l1": "r1", "l2": "r2"}) == 3
    assert marks(text, {"l1": "r2", "l2": "r2"}) == 1
    assert marks(text, {"l1": "r2"}) == 0


def several(inner="", template="match_correct", correct=("A X", "A Y", "B X", "B Z")):
    sets = pair_set("A", "B", most=0) + pair_set("X", "Y", "Z", most=0)
    body = f'<matchInteraction responseIdentifier="RESPONSE" maxAssociations="0">{sets}</matchInteraction>'
    return item(declared("directedPair", "multiple", correct=correct, inner=inner), body, TEMPLATE.format(template))


def test_several_partners_on_both_sides_all_or_nothing():
    text = several()
    record = made(text).record
    assert record["content"]["partners"] == {"l1": 0, "l2": 0}
    assert record["key"] == {"pairs": {"l1": ["r1", "r2"], "l2": ["r1", "r3"]}, "grading": "all_or_nothing"}
    assert marks(text, {"l1": ["r2", "r1"], "l2": ["r1", "r3"]}) == 1
    assert marks(text, {"l1": ["r2", "r1"], "l2": ["r1", "r3", "r2"]}) == 0
    assert marks(text, {"l1": ["r2", "r1"], "l2": ["r3"]}) == 0


def test_several_partners_with_a_map_keep_every_worth():
    text = several(mapping({"A X": 1, "A Y": 1, "B X": 1, "B Z": 1, "B Y": -2}, lowerBound=0), "map_response")
    assert marks(text, {"l1": ["r1", "r2"], "l2": ["r1", "r3"]}) == 4
    assert marks(text, {"l1": ["r1", "r2", "r3"], "l2": ["r1", "r2", "r3"]}) == 2
    assert marks(text, {"l2": ["r2"]}) == 0


def test_gaps_become_a_cloze():
    body = (
        '<gapMatchInteraction responseIdentifier="RESPONSE"><gapText identifier="W" matchMax="1">winter</gapText>'
        '<gapText identifier="S" matchMax="1">summer</gapText><p>Now is the <gap identifier="G1"/> made '
        '<gap identifier="G2"/>.</p></gapMatchInteraction>'
    )
    text = item(declared("directedPair", "multiple", correct=["W G1", "S G2"]), body, TEMPLATE.format("match_correct"))
    record = made(text).record
    assert (record["type"], record["key"]["grading"]) == ("cloze", "all_or_nothing")
    assert "[[g1]]" in record["content"]["stem"]
    assert marks(text, {"g1": "a", "g2": "b"}) == 1
    assert marks(text, {"g1": "a"}) == 0


def two(kind, test_a, test_b, together=""):
    names = declared(kind, name="R1", correct=["A"]) + declared(kind, name="R2", correct=["B"])
    body = "".join(
        f'<p>{n}: <inlineChoiceInteraction responseIdentifier="{n}"><inlineChoice identifier="A">a</inlineChoice>'
        '<inlineChoice identifier="B">b</inlineChoice></inlineChoiceInteraction></p>'
        for n in ("R1", "R2")
    )
    return item(names, body, rules(test_a, test_b, together))


def right(name):
    return f'<match><variable identifier="{name}"/><correct identifier="{name}"/></match>'


def adding(test, amount):
    return condition(test, amount).replace(
        f'<baseValue baseType="float">{amount}</baseValue>',
        f'<sum><variable identifier="SCORE"/><baseValue baseType="float">{amount}</baseValue></sum>',
    )


def test_parts_that_add_up_become_gaps_of_their_weight():
    text = two("identifier", adding(right("R1"), 1), adding(right("R2"), 3))
    assert made(text).record["type"] == "cloze"
    assert [marks(text, {"g1": a, "g2": b}) for a, b in ("ab", "bb", "aa", "ba")] == [4, 3, 1, 0]


def test_parts_that_count_together_become_all_or_nothing():
    text = two("identifier", condition(f"<and>{right('R1')}{right('R2')}</and>", 2), "")
    assert made(text).record["key"]["grading"] == "all_or_nothing"
    assert [marks(text, {"g1": a, "g2": b}) for a, b in ("ab", "bb", "aa")] == [2, 0, 0]


def test_parts_that_hang_together_otherwise_are_declined():
    either = condition(f"<or>{right('R1')}{right('R2')}</or>", 1)
    with pytest.raises(Unsupported, match="together"):
        made(two("identifier", either, ""))


def test_several_blocks_become_a_passage_with_questions():
    body = choice("A", "B") + '<p><textEntryInteraction responseIdentifier="R2"/></p>'
    names = declared("identifier", correct=["A"]) + declared("string", name="R2", correct=["x"])
    text = item(names, body, rules(adding(right("RESPONSE"), 1), adding(right("R2"), 2)))
    record = made(text).record
    assert (record["type"], record["marks"]) == ("material", "3")
    assert marks(text, {"q2": {"b1": "x"}}) == 2


def test_text_without_rules_is_an_essay():
    outcomes = (
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float" normalMaximum="8" '
        'externalScored="human"/>'
    )
    body = (
        '<rubricBlock view="scorer"><p>Look for x.</p></rubricBlock>'
        '<extendedTextInteraction responseIdentifier="RESPONSE"><prompt>Why?</prompt></extendedTextInteraction>'
    )
    record = made(item(declared("string"), body, "", outcomes=outcomes)).record
    assert (record["type"], record["marks"]) == ("essay", "8")
    assert record["key"]["model_answer"] == "<p>Look for x.</p>"


def test_hotspots_and_points():
    picture = '<object type="image/png" data="map.png" width="300" height="200">Map</object>'
    spots = "".join(
        f'<hotspotChoice identifier="{i}" shape="circle" coords="{x},50,9"/>' for i, x in (("A", 50), ("B", 90))
    )
    text = item(
        declared("identifier", correct=["B"]),
        f'<hotspotInteraction responseIdentifier="RESPONSE" maxChoices="1">{picture}{spots}</hotspotInteraction>',
        TEMPLATE.format("match_correct"),
    )
    assert made(text).record["content"]["width"] == 300
    assert (marks(text, ["b"]), marks(text, ["a"])) == (1, 0)
    areas = (
        '<areaMapping defaultValue="0"><areaMapEntry shape="rect" coords="0,0,10,10" mappedValue="2"/>'
        '<areaMapEntry shape="circle" coords="100,100,5" mappedValue="1"/></areaMapping>'
    )
    text = item(
        declared("point", "multiple", inner=areas),
        f'<selectPointInteraction responseIdentifier="RESPONSE" maxChoices="2">{picture}</selectPointInteraction>',
        TEMPLATE.format("map_response_point"),
    )
    assert [marks(text, points) for points in ([[10, 10]], [[10, 10], [9, 9]], [[1, 1], [100, 105]])] == [2, 2, 3]


def test_feedback_follows_the_option():
    after = (
        '<modalFeedback outcomeIdentifier="FEEDBACK" identifier="A" showHide="show">Not this.</modalFeedback>'
        '<modalFeedback outcomeIdentifier="FEEDBACK" identifier="never" showHide="hide">Remember.</modalFeedback>'
    )
    processing = rules(condition(right("RESPONSE"), 1), f'<setOutcomeValue identifier="FEEDBACK">{R}</setOutcomeValue>')
    text = item(
        declared("identifier", correct=["B"]),
        choice("A", "B"),
        processing,
        outcomes=OUTCOME.format("SCORE", "float") + OUTCOME.format("FEEDBACK", "identifier"),
        after=after,
    )
    record = made(text).record
    assert record["key"]["feedback"] == {"a": "Not this."}
    assert record["explanation"] == "Remember."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (item("", "<p>Only text.</p>", ""), "text only"),
        (item(declared("identifier"), choice("A", "B"), ""), "which answer"),
        (
            item(declared("identifier"), choice("A", "B"), rules(condition("<isNull>" + R + "</isNull>", 1))),
            "no answer",
        ),
        (
            item(declared("identifier"), choice("A", "B"), TEMPLATE.format("match_correct")).replace(
                'adaptive="false"', 'adaptive="true"'
            ),
            "adaptive",
        ),
        (item(declared("identifier"), "<p><printedVariable identifier='X'/></p>", ""), "variables"),
        (item(declared("identifier"), "<customInteraction responseIdentifier='RESPONSE'/>", ""), "player"),
        (
            item(
                declared("identifier"),
                choice("A", "B"),
                rules(condition(f"<customOperator class='x.Y'>{R}</customOperator>", 1)),
            ),
            "x.Y",
        ),
    ],
)
def test_what_cannot_be_taken_over_says_why(text, said):
    with pytest.raises(Unsupported, match=said):
        made(text)


@pytest.mark.parametrize(
    ("mathml", "latex"),
    [
        ("<mfrac><mi>x</mi><mn>2</mn></mfrac>", r"\(\frac{x}{2}\)"),
        ("<msup><mi>x</mi><mn>2</mn></msup><mo>≤</mo><msqrt><mi>y</mi></msqrt>", r"\({x}^{2}\le \sqrt{y}\)"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", r"\(\bar{x}\)"),
        (
            "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable>",
            r"\(\begin{matrix}1 & 2\end{matrix}\)",
        ),
        ("<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover>", r"\(\sum _{i}^{n}\)"),
        ("<mlongdiv/>", None),
    ],
)
def test_formulas_become_latex(mathml, latex):
    node = parse_xml(f'<math xmlns="http://www.w3.org/1998/Math/MathML">{mathml}</math>'.encode())
    assert latex_of(node) == latex


def canvas(type_, presentation, processing, points="2"):
    return (
        '<questestinterop><assessment title="Unit 3"><section ident="root_section"><item ident="i"><itemmetadata>'
        "<qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>"
        f"<fieldentry>{type_}</fieldentry></qtimetadatafield><qtimetadatafield><fieldlabel>points_possible</fieldlabel>"
        f"<fieldentry>{points}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>"
        f"<presentation>{presentation}</presentation><resprocessing><outcomes>"
        '<decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
        f"{processing}</resprocessing></item></section></assessment></questestinterop>"
    )


def material(text, kind="text/html"):
    return f'<material><mattext texttype="{kind}">{text}</mattext></material>'


def lid(name, *options, label="", cardinality="Single"):
    inner = "".join(f'<response_label ident="{id_}">{material(text)}</response_label>' for id_, text in options)
    head = material(label) if label else ""
    return (
        f'<response_lid ident="{name}" rcardinality="{cardinality}">{head}<render_choice>{inner}</render_choice>'
        "</response_lid>"
    )


def rule12(test, change, attrs=""):
    return f"<respcondition {attrs}><conditionvar>{test}</conditionvar>{change}</respcondition>"


def put(amount, action="Set"):
    return f'<setvar varname="SCORE" action="{action}">{amount}</setvar>'


def is_(name, id_):
    return f'<varequal respident="{name}">{id_}</varequal>'


@pytest.fixture
def row(tmp_path):
    def run(text):
        path = tmp_path / "quiz.xml"
        path.write_text(text, encoding="utf-8")
        (found,) = read_qti(Source(name="quiz.xml", path=path))
        return found

    return run


def earned(record, response):
    return grade(record["type"], record["content"], record["key"], response).fraction * float(record["marks"])


def test_canvas_true_false(row):
    text = canvas(
        "true_false_question",
        material("&lt;p&gt;Water is wet.&lt;/p&gt;") + lid("r", ("1", "True"), ("2", "False")),
        rule12(is_("r", "1"), put(100), 'continue="No"'),
    )
    found = row(text)
    assert found.record["type"] == "true_false"
    assert found.record["topic"] == ["Unit 3"]
    assert (earned(found.record, True), earned(found.record, False)) == (2, 0)


def test_canvas_multiple_answers_are_all_or_nothing(row):
    test = f"<and>{is_('r', '1')}<not>{is_('r', '2')}</not>{is_('r', '3')}</and>"
    options = [("1", "a"), ("2", "b"), ("3", "c")]
    text = canvas(
        "multiple_answers_question",
        material("Pick") + lid("r", *options, cardinality="Multiple"),
        rule12(test, put(100)),
    )
    found = row(text).record
    assert [earned(found, ids) for ids in (["a", "c"], ["a"], ["a", "b", "c"])] == [2, 0, 0]


def test_canvas_matching_in_thirds(row):
    options = [("1", "x"), ("2", "y"), ("3", "z")]
    lids = "".join(lid(f"response_{n}", *options, label=f"L{n}") for n in "123")
    processing = "".join(rule12(is_(f"response_{n}", n), put("33.33", "Add")) for n in "123")
    found = row(canvas("matching_question", material("Match") + lids, processing, points="3")).record
    assert found["type"] == "matching"
    assert earned(found, {"l1": "r1", "l2": "r2", "l3": "r3"}) == 3
    assert earned(found, {"l1": "r1", "l2": "r3"}) == pytest.approx(1)


def test_canvas_blanks_stand_where_their_names_are(row):
    lids = lid("response_color1", ("1", "red"), ("2", "scarlet"), label="color1")
    lids += lid("response_color2", ("3", "blue"), label="color2")
    processing = rule12(is_("response_color1", "1"), put(50, "Add")) + rule12(
        is_("response_color2", "3"), put(50, "Add")
    )
    found = row(
        canvas("fill_in_multiple_blanks_question", material("Roses are [color1], violets [color2].") + lids, processing)
    ).record
    assert found["type"] == "fill_blank"
    assert found["content"]["stem"] == "Roses are [[b1]], violets [[b2]]."
    assert earned(found, {"b1": " RED", "b2": "green"}) == 1


def test_canvas_numbers(row):
    presentation = material("pi?") + '<response_str ident="r"><render_fib fibtype="Decimal"/></response_str>'
    test = (
        "<or><varequal respident='r'>3.14</varequal><and><vargte respident='r'>3.1</vargte>"
        "<varlte respident='r'>3.2</varlte></and></or>"
    )
    found = row(canvas("numerical_question", presentation, rule12(test, put(100)))).record
    assert [earned(found, text) for text in ("3.1", "3.2", "3.14", "3.21", "3.09")] == [2, 2, 2, 0, 0]


def test_rules_that_may_or_may_not_add_up_leave_a_doubt(row):
    text = canvas(
        "",
        material("Pick") + lid("r", ("1", "a"), ("2", "b"), ("3", "c"), cardinality="Multiple"),
        rule12(is_("r", "1"), put(50, "Add")) + rule12(is_("r", "2"), put(50, "Add")),
    )
    found = row(text)
    assert any("add up" in doubt.text for doubt in found.doubts)
    assert [earned(found.record, ids) for ids in (["a"], ["a", "b"], ["c"])] == [1, 2, 0]


def test_calculated_and_text_only_are_declined(row):
    found = row(canvas("text_only_question", material("Read this."), ""))
    assert found.record is None
    assert "text only" in found.problems[0].text
    assert "formula" in row(canvas("calculated_question", material("[x]"), "")).problems[0].text


def test_a_package_brings_its_pictures_and_shared_texts(tmp_path):
    body = '<p><img src="../images/cat%20one.png" alt="cat"/></p>' + choice("A", "B")
    text = item(declared("identifier", correct=["A"]), body, TEMPLATE.format("match_correct"))
    text = text.replace("<itemBody>", '<assessmentStimulusRef identifier="s" href="../s.xml"/><itemBody>')
    stimulus = "<qti-stimulus-body><p>Read me.</p></qti-stimulus-body>"
    stimulus = f'<qti-assessment-stimulus identifier="s">{stimulus}</qti-assessment-stimulus>'
    manifest = (
        '<manifest><resources><resource identifier="a" type="imsqti_item_xmlv2p1" href="items/q.xml"/>'
        '<resource identifier="b" type="imsqti_item_xmlv2p1" href="items/gone.xml"/></resources></manifest>'
    )
    members = {"imsmanifest.xml": manifest, "items/q.xml": text, "images/cat one.png": PICTURE, "s.xml": stimulus}
    members["test.xml"] = "<assessmentTest/>"
    path = tmp_path / "p.zip"
    path.write_bytes(zipped(members))
    first, second = read_qti(Source(name="p.zip", path=path))
    assert first.record["content"]["stem"].startswith('<p>Read me.</p><p><img src="attachment:cat-one.png"')
    assert [(entry.name, entry.data) for entry in first.attachments] == [("cat-one.png", PICTURE)]
    assert any("sections" in loss.text for loss in first.losses)
    assert second.problems[0].values["name"] == "items/gone.xml"
