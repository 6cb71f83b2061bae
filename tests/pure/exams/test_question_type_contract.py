"""What every question type keeps; a type without a sample fails here."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.domain.errors import InvalidQuestion, InvalidResponse, UnknownQuestionType
from exams.domain.grading import (
    Completeness,
    GradingPolicy,
    MarkState,
    check_question,
    get_type,
    grade,
    load_question,
    pending_paths,
    question_types,
    settle,
)
from exams.domain.registry import QuestionType
from tests.pure.exams.samples import ANY_HOSTILE, CASES, Sample

POLICY = GradingPolicy()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(params=sorted({*question_types(), *CASES}))
def case(request) -> str:
    return request.param


@pytest.fixture
def name(case) -> str:
    return case.partition("/")[0]


@pytest.fixture
def sample(case) -> Sample:
    return CASES[case]


@pytest.fixture
def question(name, sample):
    return load_question(name, sample.content, sample.key)


def test_module_name_is_the_type_name(name):
    assert get_type(name).info.name == name
    assert get_type(name).info.label
    assert get_type(name).info.icon
    assert get_type(name).info.default_marks > 0


def test_the_sample_has_no_problems(name, sample):
    assert check_question(type_name=name, content=sample.content, key=sample.key) == []


def test_right_earns_everything(question, sample):
    mark = question.grade(sample.right)
    if sample.is_pending:
        assert (mark.fraction, mark.state, mark.is_correct) == (None, MarkState.PENDING, None)
        full = settle(mark, fractions=dict.fromkeys(pending_paths(mark), 1.0), policy=POLICY)
        assert (full.fraction, full.state) == (1.0, MarkState.GRADED)
    else:
        assert (mark.fraction, mark.state, mark.is_correct) == (1.0, MarkState.GRADED, True)


def test_wrong_earns_nothing(question, sample):
    if not sample.is_pending:
        assert question.grade(sample.wrong).fraction == 0


def test_partly_right_earns_its_part(question, sample):
    if sample.partial_fraction is not None:
        assert question.grade(sample.partial).fraction == pytest.approx(sample.partial_fraction)


@pytest.mark.parametrize("blank", [None, ""])
def test_blank_earns_and_costs_nothing(question, sample, blank):
    harsh = GradingPolicy(wrong_penalty=1, is_negative_allowed=True)
    mark = question.grade(blank, policy=harsh)
    assert (mark.fraction, mark.state) == (0, MarkState.BLANK)
    assert question.completeness(blank) is Completeness.UNANSWERED
    assert question.type.summarise_response(question.content, None) == ""


def test_hostile_responses_are_refused(question, sample):
    for raw in [*ANY_HOSTILE, *sample.hostile]:
        with pytest.raises(InvalidResponse):
            question.grade(raw)


@given(data=st.data())
def test_any_json_is_graded_in_bounds_or_refused(data):
    case = data.draw(st.sampled_from(sorted(CASES)))
    name, sample = case.partition("/")[0], CASES[case]
    raw = data.draw(JSON)
    if isinstance(sample.right, dict) and data.draw(st.booleans()):
        raw = {key: data.draw(JSON) for key in sample.right}
    policy = GradingPolicy(wrong_penalty=data.draw(st.floats(0, 1)), is_negative_allowed=data.draw(st.booleans()))
    try:
        mark = load_question(name, sample.content, sample.key).grade(raw, policy=policy)
    except InvalidResponse:
        return
    assert mark.fraction is None or policy.lowest <= mark.fraction <= 1


def test_completeness_of_right_and_partial(question, sample):
    assert question.completeness(sample.right) is Completeness.ANSWERED
    parsed = question.type.parse_response(question.content, sample.right)
    assert question.type.is_complete(question.content, parsed)
    if isinstance(sample.partial, dict):
        assert question.completeness(sample.partial) is Completeness.PARTLY


def test_summaries_are_plain_text(question, sample):
    kind = question.type
    parsed = kind.parse_response(question.content, sample.right)
    texts = [
        kind.summarise(question.content),
        kind.summarise_key(question.content, question.key),
        kind.summarise_response(question.content, parsed),
    ]
    assert all(text and "<p>" not in text for text in texts)


def test_public_content_is_json_without_the_key(question):
    shown = json.dumps(question.public_content())
    for word in question.type.key_model.model_fields:
        assert f'"{word}"' not in shown or word in ("blanks", "gaps", "questions")
    for secret in (
        "fraction",
        "answers",
        "correct",
        "pairs",
        "placement",
        "feedback",
        "rubric",
        "explanation",
    ):
        assert f'"{secret}' not in shown


def test_public_content_follows_the_frozen_order(question):
    order = question.type.option_order(question.content)
    turned = {group: tuple(reversed(ids)) for group, ids in order.items()}
    shown = json.dumps(question.public_content(turned), sort_keys=True)
    if any(len(ids) > 1 for ids in order.values()):
        assert shown != json.dumps(question.public_content(order), sort_keys=True)
    for ids in order.values():
        assert all(f'"{id_}"' in shown for id_ in ids)
    odd = {group: ("no-such-id", ids[0], ids[0]) for group, ids in order.items()}
    assert all(f'"{id_}"' in json.dumps(question.public_content(odd)) for ids in order.values() for id_ in ids)


def test_feedback_ids_have_feedback(question, sample):
    known = question.type.list_feedback(question.content, question.key)
    for raw in (sample.right, sample.wrong, sample.partial):
        mark = question.grade(raw)
        assert set(mark.feedback_ids) <= set(known)
        assert set(question.feedback_of(mark)) == set(mark.feedback_ids)


def test_the_mark_does_not_depend_on_the_order_of_options(name, sample):
    turned = dict(sample.content)
    for group in ("options", "left", "right", "items", "categories", "questions", "blanks", "gaps"):
        if group in turned:
            turned[group] = list(reversed(turned[group]))
    for raw in (sample.right, sample.wrong, sample.partial):
        assert grade(name, turned, sample.key, raw).fraction == grade(name, sample.content, sample.key, raw).fraction


def test_models_are_accepted_as_well_as_dicts(question, sample):
    again = grade(question.type.name, question.content, question.key, sample.right, POLICY)
    assert again == question.grade(sample.right)


def test_content_survives_a_round_trip(question, sample):
    dumped = question.content.model_dump(mode="json")
    assert load_question(question.type.name, dumped, sample.key).content == question.content


def test_misshapen_questions_list_their_problems(name):
    with pytest.raises(InvalidQuestion) as caught:
        load_question(name, {"nonsense": 1}, {"nonsense": 1})
    assert {problem.field.split(".")[0] for problem in caught.value.problems} == {"content", "key"}
    assert check_question(type_name=name, content={"nonsense": 1}, key={})


def test_unknown_type_is_named():
    with pytest.raises(UnknownQuestionType, match="nonsense"):
        get_type("nonsense")


def test_a_module_that_is_no_type_says_what_it_lacks():
    with pytest.raises(TypeError, match="TYPE"):
        QuestionType(json)


def test_an_empty_list_of_problems_still_says_something():
    assert "cannot be used" in str(InvalidQuestion(()))


class Form(dict):
    """A posted form as the types read it."""

    def getlist(self, key):
        return self.get(key, [])


def test_an_empty_form_is_a_blank(name, sample):
    assert get_type(name).read_form(sample.content, Form(), "q1") is None


def test_labels_and_places_in_lists_are_its_own():
    infos = [type_.info for type_ in question_types().values()]
    assert len({info.label for info in infos}) == len({info.order for info in infos}) == len(infos)
    assert [info.order for info in infos] == sorted(info.order for info in infos)
