"""What corrected keys say, type by type: what every type keeps, and what each of them makes of it."""

import pytest

from exams.domain.errors import InvalidCorrection
from exams.domain.grading import check_question, get_type, grade, load_question, question_types
from tests.pure.exams.samples import CASES, options

CORRECTABLE = sorted(
    case
    for case, sample in CASES.items()
    if (question := load_question(case.partition("/")[0], sample.content, sample.key)).type.key_places(
        question.content, question.key
    )
)


@pytest.fixture(params=CORRECTABLE)
def case(request):
    return request.param


@pytest.fixture
def sample(case):
    return CASES[case]


@pytest.fixture
def question(case, sample):
    return load_question(case.partition("/")[0], sample.content, sample.key)


@pytest.fixture
def places(question):
    return question.type.key_places(question.content, question.key)


def corrected(case, given):
    """Return the key of a sample, corrected."""
    sample = CASES[case]
    question = load_question(case.partition("/")[0], sample.content, sample.key)
    return question.type.key_with(question.content, sample.key, given)


def fraction(case, given, response):
    """Return what a response earns under the corrected key of a sample, which is sound."""
    name, sample = case.partition("/")[0], CASES[case]
    key = corrected(case, given)
    assert check_question(type_name=name, content=sample.content, key=key) == []
    return pytest.approx(grade(name, sample.content, key, response).fraction)


def others(place):
    """Return what could be given at a place instead of what the key says."""
    if place.kind == "text":
        return [["7"]]
    return [[id_] for id_, _text in place.options if [id_] != list(place.present)]


def test_the_types_whose_key_is_corrected_on_the_page():
    kinds = {name: hasattr(kind._module, "key_places") for name, kind in question_types().items()}
    assert {name for name, can in kinds.items() if not can} == {"essay", "file_upload", "calculated", "hotspot"}
    assert all(hasattr(question_types()[name]._module, "key_with") for name, can in kinds.items() if can)


def test_places_are_named_once_and_say_what_the_key_says(places):
    assert len({place.id for place in places}) == len(places)
    for place in places:
        assert set(place.present) <= {id_ for id_, _text in place.options}
        assert place.label % {"n": place.number, "part": place.part}
        assert bool(place.options) == (place.kind != "text")
        assert place.checked(place.present) == place.present
        assert not place.is_changed_by(place.present)


def test_the_same_again_leaves_the_key_as_it_is(question, sample, places):
    given = {place.id: place.present for place in places}
    assert question.type.key_with(question.content, sample.key, given) == sample.key
    assert question.type.key_with(question.content, sample.key, {}) == sample.key


def test_a_correction_makes_a_sound_key_and_says_nothing_else(case, question, sample, places):
    if case.startswith("ordering"):
        pytest.skip("one item alone has no other place")
    before, said = dict(sample.key), {place.id: set(place.present) for place in places}
    for place in places:
        for other in others(place):
            key = question.type.key_with(question.content, sample.key, {place.id: other})
            assert check_question(type_name=question.type.name, content=sample.content, key=key) == []
            assert key != sample.key
            shown = question.type.key_places(question.content, question.type.parse_key(key))
            wanted = said if place.kind == "text" else said | {place.id: set(other)}
            assert {one.id: set(one.present) for one in shown} == wanted
    assert sample.key == before, "what is stored is not written into"


def test_what_the_question_does_not_have_is_refused(question, sample, places):
    for given in ({"no-such-place": ["a"]}, {places[0].id + "x": ["a"]}, {"q9/right": ["a"]}):
        with pytest.raises(InvalidCorrection):
            question.type.key_with(question.content, sample.key, given)
    for place in places:
        hostile = [["x" * 201], ["\x00"], ["7", "8"]] if place.kind == "text" else [["no-such-option"], [], [""]]
        if place.kind == "one":
            hostile.append([id_ for id_, _text in place.options])
        for values in hostile:
            with pytest.raises(InvalidCorrection) as caught:
                question.type.key_with(question.content, sample.key, {place.id: values})
            assert caught.value.field == place.id


def test_a_single_choice_keeps_what_others_earn_in_part():
    assert corrected("single_choice", {"right": ["d"]})["fractions"] == {"c": 0.5, "d": 1}
    assert corrected("single_choice", {"right": ["b", "c"]})["fractions"] == {"b": 1, "c": 1}


def test_a_multiple_choice_is_named_in_the_order_of_its_options():
    assert corrected("multiple_choice", {"right": ["d", "a"]})["correct"] == ["a", "d"]


@pytest.mark.parametrize(
    ("given", "response", "worth"),
    [
        ({"right-g1": ["b"]}, {"g1": "b", "g2": "XY7", "g3": "3.14"}, 1),
        ({"right-g1": ["b"]}, {"g1": "a", "g2": "XY7", "g3": "3.14"}, 0.5),
        ({"right-g1": ["a", "b"]}, {"g1": "b"}, 0.5),
        ({"accept-g2": ["XY"]}, {"g2": "XY"}, 0.25),
        ({"accept-g2": ["XY"]}, {"g2": "XY7"}, 0.25),
        ({"accept-g3": ["2.72"]}, {"g3": "2.718"}, 0.25),
    ],
)
def test_gaps_of_a_cloze_are_corrected_by_their_kinds(given, response, worth):
    assert fraction("cloze", given, response) == worth


@pytest.mark.parametrize(("place", "text"), [("accept-g2", "("), ("accept-g3", "pi"), ("accept-g3", "1" * 61)])
def test_what_is_no_pattern_or_no_number_is_refused_at_its_gap(place, text):
    with pytest.raises(InvalidCorrection) as caught:
        corrected("cloze", {place: [text]})
    assert caught.value.field == place


def test_a_gap_of_several_shares_its_worth_among_what_is_right():
    kind = get_type("cloze")
    gap = {"id": "g1", "kind": "choices", "options": options("a", "b", "c")}
    content = kind.parse_content({"stem": "[[g1]]", "gaps": [gap]})
    key = {"gaps": {"g1": {"fractions": {"a": 1, "b": -0.5, "c": -0.5}}}}
    made = kind.key_with(content, key, {"right-g1": ["a", "b"]})
    assert made["gaps"]["g1"]["fractions"] == {"a": 0.5, "b": 0.5, "c": -0.5}


@pytest.mark.parametrize(
    ("case", "given", "response", "worth"),
    [
        ("matching", {"partner-l1": ["r3"]}, {"l1": "r3", "l2": "r1"}, 1),
        ("matching", {"partner-l1": ["r3"]}, {"l1": "r2", "l2": "r1"}, 0.5),
        ("matching/several", {"partner-l1": ["r1", "r2"]}, {"l1": ["r2", "r1"], "l2": "r2", "l3": ["r4"]}, 1),
        ("categorisation", {"category-i1": ["c2"]}, {"i1": "c2"}, 0.25),
        ("categorisation", {"category-i1": ["c2"]}, {"i1": "c1"}, 0),
    ],
)
def test_partners_and_categories_are_corrected_one_by_one(case, given, response, worth):
    assert fraction(case, given, response) == worth


def test_no_more_partners_than_one_may_have():
    with pytest.raises(InvalidCorrection) as caught:
        corrected("matching/several", {"partner-l3": ["r1", "r2", "r3"]})
    assert caught.value.field == "partner-l3"


def test_pairs_with_worths_and_those_left_open():
    kind = get_type("matching")
    content = kind.parse_content({"stem": "?", "left": options("l1", "l2"), "right": options("r1", "r2", "r3")})
    key = {
        "pairs": {"l1": "r1"},
        "unpaired": ["l2"],
        "grading": "sum_of_fractions",
        "fractions": {"l1": {"r1": 1, "r2": -0.5}},
    }
    made = kind.key_with(content, key, {"partner-l1": ["r2"], "partner-l2": []})
    assert made == key | {"pairs": {"l1": "r2"}, "fractions": {"l1": {"r2": 1}}}
    made = kind.key_with(content, key, {"partner-l2": ["r3"]})
    assert (made["pairs"], made["unpaired"]) == ({"l1": "r1", "l2": "r3"}, [])


TURNED = {"place-i1": ["1"], "place-i2": ["2"]}
"""Of the sample, whose right order is i2, i1, i4, i3: its first two items change places."""


def test_another_order_is_right_instead_or_beside():
    before, after = ["i2", "i1", "i4", "i3"], ["i1", "i2", "i4", "i3"]
    assert corrected("ordering", TURNED)["order"] == after
    assert fraction("ordering", TURNED, after) == 1
    assert fraction("ordering", TURNED, before) == 0.5
    beside = TURNED | {"order-is": ["also"]}
    assert fraction("ordering", beside, after) == fraction("ordering", beside, before) == 1
    kind = get_type("ordering")
    content = kind.parse_content(CASES["ordering"].content)
    twice = kind.key_with(content, corrected("ordering", beside), beside)
    assert [other["order"] for other in twice["accepted"]] == [after]
    assert " / " in kind.summarise_key(content, kind.parse_key(twice))
    assert kind.key_with(content, twice, TURNED) == CASES["ordering"].key | {"order": after, "accepted": []}


def test_two_items_cannot_have_one_place():
    with pytest.raises(InvalidCorrection) as caught:
        corrected("ordering", {"place-i1": ["1"]})
    assert caught.value.field == "place-i1"


def test_questions_under_a_passage_are_corrected_each_by_its_type():
    given = {"q1/right": ["b"], "q2/partner-l1": ["r1"]}
    made = corrected("material", given)
    assert made["questions"]["q1"]["fractions"] == {"b": 1}
    assert made["questions"]["q2"] == CASES["material"].key["questions"]["q2"]
    assert made["explanations"] == CASES["material"].key["explanations"]
    assert fraction("material", given, {"q1": "b", "q2": {"l1": "r1"}}) == 1
    kind = get_type("material")
    content = kind.parse_content(CASES["material"].content)
    groups = {place.id: place.group for place in kind.key_places(content, kind.parse_key(CASES["material"].key))}
    assert groups == {"q1/right": "(1) 会计主体？", "q2/partner-l1": "(2) P"}


def test_what_is_refused_under_a_passage_names_its_question():
    kind = get_type("material")
    inner = {"stem": "?", "items": options("a", "b")}
    content = kind.parse_content({"stem": "P", "questions": [{"id": "q7", "type": "ordering", "content": inner}]})
    with pytest.raises(InvalidCorrection) as caught:
        kind.key_with(content, {"questions": {"q7": {"order": ["a", "b"]}}}, {"q7/place-b": ["1"]})
    assert caught.value.field == "q7/place-b"
