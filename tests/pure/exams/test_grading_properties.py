"""What every grade() keeps, whatever is answered: bounds, more right parts never earn less, the order of options and
the way a text is written do not matter. Responses are built from the samples, so that a new type is under it unasked.
"""

import unicodedata
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from exams.domain.errors import InvalidResponse
from exams.domain.grading import GradingPolicy, load_question
from exams.domain.text import fold_width
from tests.pure.exams.samples import CASES as SAMPLES

QUESTIONS = {
    name: load_question(name.partition("/")[0], sample.content, sample.key) for name, sample in SAMPLES.items()
}
NAMES = st.sampled_from(sorted(QUESTIONS))
RULES = st.sampled_from(["all_or_nothing", "partial_if_no_wrong", "sum_of_fractions", "net_correct", "each_option"])
POLICIES = st.builds(
    GradingPolicy,
    multiple_choice=RULES,
    partial_fraction=st.floats(0, 1),
    wrong_penalty=st.floats(0, 1),
    is_negative_allowed=st.booleans(),
)
LENIENT = st.builds(GradingPolicy, multiple_choice=RULES, partial_fraction=st.floats(0, 1))
FORMS = st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])


def mixed(data: Any, right: Any, wrong: Any) -> Any:
    """Draw a response whose parts are those of the right one, of the wrong one, or left out."""
    if isinstance(right, dict) and isinstance(wrong, dict):
        drawn = {}
        for part in right:
            choice = data.draw(st.sampled_from(["right", "wrong", "out"]))
            value = mixed(data, right[part], wrong.get(part)) if choice == "right" else wrong.get(part)
            if choice != "out" and value is not None:
                drawn[part] = value
        return drawn
    if isinstance(right, list) and all(isinstance(one, str) for one in right):
        known = sorted({*right, *(one for one in wrong or () if isinstance(one, str))})
        return data.draw(st.lists(st.sampled_from(known), unique=True)) if known else None
    return data.draw(st.sampled_from([right, wrong, None]))


def full_width(text: str) -> str:
    """Return the text with its ASCII letters and signs in full width."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def rewritten(value: Any, change: Any) -> Any:
    """Return a response with its texts changed; ids of options stay, since they never come from a keyboard."""
    return change(value) if isinstance(value, str) else value


def typed(name: str) -> bool:
    """Tell whether the answer of a type is typed by the learner as one text."""
    question = QUESTIONS[name]
    return isinstance(SAMPLES[name].right, str) and not question.type.option_order(question.content)


@given(data=st.data(), name=NAMES, policy=POLICIES)
def test_marks_lie_between_the_lowest_and_one(data, name, policy):
    sample = SAMPLES[name]
    try:
        mark = QUESTIONS[name].grade(mixed(data, sample.right, sample.wrong), policy=policy)
    except InvalidResponse:
        return
    assert mark.fraction is None or policy.lowest - 1e-9 <= mark.fraction <= 1 + 1e-9
    for part in mark.parts:
        assert part.fraction is None or -1 - 1e-9 <= part.fraction <= 1 + 1e-9


@given(data=st.data(), policy=LENIENT)
def test_more_right_parts_never_earn_less(data, policy):
    """Types whose answer is by part: a right part instead of an empty one never costs anything."""
    parted = sorted(name for name in QUESTIONS if isinstance(SAMPLES[name].right, dict))
    name = data.draw(st.sampled_from(parted))
    right = SAMPLES[name].right
    less = {part: right[part] for part in right if data.draw(st.booleans())}
    more = {part: right[part] for part in right if part in less or data.draw(st.booleans())}
    question = QUESTIONS[name]
    assert question.grade(more, policy=policy).fraction >= question.grade(less, policy=policy).fraction - 1e-9


@given(data=st.data(), rule=RULES, part=st.floats(0, 1))
def test_more_right_options_never_earn_less(data, rule, part):
    """Under every rule of a multiple choice, a further right option beside right ones never costs anything."""
    question = QUESTIONS["multiple_choice"]
    right = SAMPLES["multiple_choice"].right
    less = [id_ for id_ in right if data.draw(st.booleans())]
    policy = GradingPolicy(multiple_choice=rule, partial_fraction=part)
    marks = [question.grade(given_, policy=policy).fraction for given_ in (less, right)]
    assert marks[1] >= marks[0] - 1e-9
    assert marks[1] == 1


@given(data=st.data(), rule=RULES)
def test_a_wrong_option_more_never_earns_more(data, rule):
    question = QUESTIONS["multiple_choice"]
    chosen = data.draw(st.lists(st.sampled_from("abcd"), unique=True, min_size=1))
    wrong = [id_ for id_ in "bd" if id_ not in chosen]
    if not wrong:
        return
    policy = GradingPolicy(multiple_choice=rule)
    assert question.grade([*chosen, wrong[0]], policy=policy).fraction <= (
        question.grade(chosen, policy=policy).fraction + 1e-9
    )


@given(data=st.data(), name=NAMES, policy=LENIENT)
def test_marks_do_not_depend_on_the_order_of_options(data, name, policy):
    sample = SAMPLES[name]
    turned = dict(sample.content)
    for group in ("options", "left", "right", "items", "categories", "questions", "blanks", "gaps", "regions"):
        if group in turned:
            turned[group] = data.draw(st.permutations(turned[group]))
    response = mixed(data, sample.right, sample.wrong)
    try:
        mark = QUESTIONS[name].grade(response, policy=policy)
    except InvalidResponse:
        return
    again = load_question(name.partition("/")[0], turned, sample.key).grade(response, policy=policy)
    assert (again.fraction, again.state) == (mark.fraction, mark.state)


@given(data=st.data(), form=FORMS, wide=st.booleans())
def test_typed_answers_do_not_depend_on_how_they_are_written(data, form, wide):
    """Composed or not, full width or half: the same text earns the same, where the key folds width as it does by
    default."""
    name = data.draw(st.sampled_from(sorted(name for name in QUESTIONS if typed(name))))
    question, sample = QUESTIONS[name], SAMPLES[name]
    response = data.draw(st.sampled_from([sample.right, sample.wrong, sample.partial or sample.right]))

    def change(text: str) -> str:
        return unicodedata.normalize(form, full_width(text) if wide else text)

    assert question.grade(rewritten(response, change)).fraction == question.grade(response).fraction


@given(
    answer=st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12),
    form=FORMS,
    wide=st.booleans(),
)
def test_any_text_of_a_blank_is_met_in_every_normal_form(answer, form, wide):
    content = {"stem": "[[b1]]", "blanks": [{"id": "b1"}]}
    key = {"blanks": {"b1": {"answers": [{"text": answer}]}}}
    written = unicodedata.normalize(form, full_width(answer) if wide else answer)
    # Of compatibility only width counts: a superscript two is no two (x² is not x2), whatever NFKC makes of it.
    plain = unicodedata.normalize("NFC", fold_width(answer))
    assume(not form.endswith(("KC", "KD")) or unicodedata.normalize("NFKC", answer) == plain)
    assert load_question("fill_blank", content, key).grade({"b1": written}).fraction == 1


@given(name=NAMES)
def test_grading_twice_is_the_same(name):
    sample = SAMPLES[name]
    question = QUESTIONS[name]
    assert question.grade(sample.right) == question.grade(sample.right)
    dumped = question.content.model_dump(mode="json"), question.key.model_dump(mode="json")
    assert load_question(name.partition("/")[0], *dumped).grade(sample.right) == question.grade(sample.right)
