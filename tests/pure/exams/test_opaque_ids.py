"""Ids of parts whose place or partner is asked for: they say nothing, and nothing else changes."""

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.authoring.checks import content_hash_of
from exams.domain.grading import check_question, choices_of, conceal_ids, grade, place_choices, settle_ids
from exams.domain.opaque_ids import former_names, in_words, is_opaque, opaque_names, place_names, telling_ids
from exams.domain.registry import question_types
from tests.pure.exams.samples import SAMPLES

ORDER = {
    "picture": "https://example.com/map.png",
    "width": 100,
    "height": 100,
    "mode": "order",
    "maximum_choices": None,
}
texts = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1).filter(str.strip))
named = st.from_regex(r"[a-z]{0,3}[-_]?[0-9]{1,2}|[a-z]{1,9}|x[2-7][a-z2-7]{6}", fullmatch=True)


def conceal(name: str, content: Any, key: Any) -> tuple[Any, Any]:
    return conceal_ids(type_name=name, content=content, key=key)


def ordering(items: list[str], prefix: str = "i") -> tuple[Any, Any]:
    parts = [{"id": f"{prefix}{n}", "text": text} for n, text in enumerate(items, start=1)]
    key = {"order": [part["id"] for part in parts], "grading": "per_pair"}
    return {"stem": "?", "items": parts}, key


def matching(pairs: list[str]) -> tuple[Any, Any]:
    left = [{"id": f"l{n}", "text": f"What is {text}?"} for n, text in enumerate(pairs, start=1)]
    right = [{"id": f"r{n}", "text": text} for n, text in enumerate(pairs, start=1)]
    key = {"pairs": {one["id"]: other["id"] for one, other in zip(left, right, strict=True)}}
    return {"stem": "?", "left": left, "right": right}, key


def places(count: int) -> tuple[Any, Any]:
    regions = [{"id": f"r{n}", "shape": "circle", "coords": [n * 9, 50, 4], "label": ""} for n in range(1, count + 1)]
    ids = [region["id"] for region in regions]
    return {"stem": "?", **ORDER, "regions": regions}, {"correct": ids, "accepted": [ids[::-1]]}


def renamings(old: Any, new: Any) -> list[tuple[str, str]]:
    """Return old and new ids of the parts of two contents of the same shape."""
    if isinstance(old, dict):
        own = [(old["id"], new["id"])] if isinstance(old.get("id"), str) else []
        return own + [pair for name in old for pair in renamings(old[name], new[name])]
    if isinstance(old, list | tuple):
        return [pair for one, other in zip(old, new, strict=True) for pair in renamings(one, other)]
    return []


def renamed(response: Any, names: dict[str, str]) -> Any:
    if isinstance(response, dict):
        return {names.get(id_, id_): renamed(value, names) for id_, value in response.items()}
    if isinstance(response, list):
        return [renamed(value, names) for value in response]
    return names.get(response, response) if isinstance(response, str) else response


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_response_earns_what_it_earned(name: str) -> None:
    sample = SAMPLES[name]
    content, key = conceal(name, sample.content, sample.key)
    assert check_question(type_name=name, content=content, key=key) == []
    names = dict(renamings(sample.content, content))
    for response in (sample.right, sample.wrong, sample.partial):
        before = grade(name, sample.content, sample.key, response)
        after = grade(name, content, key, renamed(response, names))
        assert (after.fraction, after.state) == (before.fraction, before.state)


@given(st.permutations(["alpha", "beta", "gamma", "delta"]), st.permutations(range(4)))
def test_orders_and_pairs_earn_what_they_earned(items: list[str], chosen: list[int]) -> None:
    for name, (content, key) in {"ordering": ordering(items), "hotspot": places(4)}.items():
        group = "items" if name == "ordering" else "regions"
        concealed, new_key = conceal(name, content, key)
        old, new = ([[part["id"] for part in one[group]][at] for at in chosen] for one in (content, concealed))
        assert grade(name, concealed, new_key, new).fraction == grade(name, content, key, old).fraction
    content, key = matching(items)
    concealed, new_key = conceal("matching", content, key)
    old, new = (
        {left["id"]: one["right"][at]["id"] for left, at in zip(one["left"], chosen, strict=True)}
        for one in (content, concealed)
    )
    assert grade("matching", concealed, new_key, new).fraction == grade("matching", content, key, old).fraction


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_second_time_changes_nothing(name: str) -> None:
    once = conceal(name, SAMPLES[name].content, SAMPLES[name].key)
    assert conceal(name, *once) == once
    assert json.loads(json.dumps(once)) == list(once)


def test_the_types_with_choices_places_or_partners_conceal() -> None:
    assert {name for name, kind in question_types().items() if kind.conceals} == {
        *("single_choice", "multiple_choice"),
        *("ordering", "matching", "categorisation", "hotspot", "cloze", "material"),
    }


@given(texts, st.data())
def test_names_are_unique_and_depend_on_texts_alone(lines: list[str], data: st.DataObject) -> None:
    names = opaque_names((f"i{n}", text) for n, text in enumerate(lines, start=1))
    shuffled = data.draw(st.permutations(lines))
    others = opaque_names((f"o{n}", text) for n, text in enumerate(shuffled, start=1))
    assert len(set(names.values())) == len(lines)
    assert set(others.values()) == set(names.values())
    assert all(is_opaque(name) for name in names.values())


@given(st.lists(named, unique=True, max_size=8))
def test_new_names_are_kept(ids: list[str]) -> None:
    names = opaque_names((id_, f"text of {id_}") for id_ in ids)
    new = [names.get(id_, id_) for id_ in ids]
    assert len(set(new)) == len(ids)
    assert not telling_ids(id_ for id_ in new if is_opaque(id_))


@pytest.mark.parametrize(
    ("ids", "telling"),
    [
        (["i1", "i2"], ["i1", "i2"]),
        (["a", "b"], ["a", "b"]),
        (["item_1", "choice-12", "7"], ["item_1", "choice-12", "7"]),
        (["draggera", "draggerb"], ["draggera", "draggerb"]),
        (["q1_1_1", "q1_1_2"], ["q1_1_1", "q1_1_2"]),
        (["paris", "rome"], []),
        (["correct", "paris"], ["correct"]),
        (["wrong-x", "rightly"], ["wrong-x", "rightly"]),
        (["x2abcdef", "i4"], ["i4"]),
    ],
)
def test_ids_that_tell_a_place_are_known(ids: list[str], telling: list[str]) -> None:
    assert telling_ids(ids) == frozenset(telling)


def test_partners_that_share_an_id_are_renamed() -> None:
    left, right = ([{"id": id_, "text": f"{id_} {side}"} for id_ in ("sun", "moon")] for side in ("here", "there"))
    content, key = conceal(
        "matching", {"stem": "?", "left": left, "right": right}, {"pairs": {"sun": "sun", "moon": "moon"}}
    )
    assert content["left"] == left
    assert all(is_opaque(one["id"]) for one in content["right"])
    assert [key["pairs"][id_] for id_ in ("sun", "moon")] == [one["id"] for one in content["right"]]


def test_an_edited_text_keeps_its_id_and_a_new_part_gets_one() -> None:
    content, key = conceal("ordering", *ordering(["one", "two", "three"]))
    kept = [part["id"] for part in content["items"]]
    items = [content["items"][0] | {"text": "ONE"}, *content["items"][1:], {"id": "i1", "text": "one"}]
    edited, new_key = conceal("ordering", content | {"items": items}, key | {"order": [*key["order"], "i1"]})
    ids = [part["id"] for part in edited["items"]]
    assert ids[:3] == kept
    assert is_opaque(ids[3])
    assert ids[3] not in kept
    assert new_key["order"] == ids


def test_gaps_that_share_words_share_their_names() -> None:
    words = [{"id": f"o{n}", "text": text} for n, text in enumerate(["red", "green"], start=1)]
    own = [{"id": "a", "text": "yes"}, {"id": "b", "text": "no"}]
    gaps = [{"id": f"g{n}", "kind": "choice", "options": one} for n, one in enumerate([words, words, own], start=1)]
    key = {"gaps": {id_: {"fractions": {right: 1}} for id_, right in (("g1", "o1"), ("g2", "o2"), ("g3", "a"))}}
    content, new_key = conceal("cloze", {"stem": "[[g1]] [[g2]] [[g3]]", "gaps": gaps}, key)
    first, second, third = content["gaps"]
    assert first["options"] == second["options"]
    assert all(is_opaque(option["id"]) for gap in content["gaps"] for option in gap["options"])
    assert [list(new_key["gaps"][id_]["fractions"]) for id_ in ("g1", "g2", "g3")] == [
        [first["options"][0]["id"]],
        [second["options"][1]["id"]],
        [third["options"][0]["id"]],
    ]


@pytest.mark.parametrize(
    ("rights", "shown"),
    [
        ([0, 1, 2], ["blue", "green", "red"]),
        ([1, 0, 2], ["red", "green", "blue"]),
        ([0, 1], ["red", "green", "blue"]),
    ],
)
def test_words_in_the_order_of_their_gaps_are_sorted(rights: list[int], shown: list[str]) -> None:
    words = [{"id": f"o{n}", "text": text} for n, text in enumerate(["red", "green", "blue"])]
    gaps = [{"id": f"g{n}", "kind": "choice", "options": words} for n in range(len(rights))]
    key = {"gaps": {f"g{n}": {"fractions": {f"o{at}": 1}} for n, at in enumerate(rights)}}
    stem = " ".join(f"[[g{n}]]" for n in range(len(rights)))
    content, new_key = conceal("cloze", {"stem": stem, "gaps": gaps}, key)
    assert [option["text"] for option in content["gaps"][0]["options"]] == shown
    assert conceal("cloze", content, new_key) == (content, new_key)
    names = {option["text"]: option["id"] for option in content["gaps"][0]["options"]}
    right = {f"g{n}": names[words[at]["text"]] for n, at in enumerate(rights)}
    assert grade("cloze", content, new_key, right).fraction == 1


def test_what_is_not_sound_is_left_alone() -> None:
    content, key = ordering(["one", "two"])
    for broken in ({"order": ["i1"]}, {"order": 5}, {}):
        assert conceal("ordering", content, broken) == (content, broken)
    assert conceal("ordering", {"items": None}, key) == ({"items": None}, key)


def test_sorted_ids_are_not_the_key_of_twenty_questions() -> None:
    hits = [0, 0]
    for number, size in product(range(1, 5), range(4, 9)):
        lines = [f"Step {place} of {number}" for place in range(size)]
        content, key = conceal("ordering", *ordering(lines))
        hits[0] += sorted(key["order"]) == key["order"]
        content, key = conceal("matching", *matching(lines))
        hits[1] += sorted(key["pairs"].values()) == [key["pairs"][left["id"]] for left in content["left"]]
    assert max(hits) <= 2


def choice(options: list[str], right: str = "") -> tuple[Any, Any]:
    parts = [{"id": "abcdefghij"[place], "text": text} for place, text in enumerate(options)]
    key = {"fractions": {next(part["id"] for part in parts if part["text"] == (right or options[0])): 1}}
    return {"stem": "?", "options": parts}, key


CHOICES = {name: (SAMPLES[name].content, SAMPLES[name].key) for name in ("single_choice", "multiple_choice", "hotspot")}
CHOICES["cloze"] = (
    {"stem": "[[g1]]", "gaps": [{"id": "g1", "kind": "choice", "options": choice(["red", "green"])[0]["options"]}]},
    {"gaps": {"g1": {"fractions": {"a": 1}, "feedback": {"b": "no"}}}},
)
CHOICES["material"] = (
    {
        "stem": "A text.",
        "questions": [
            {"id": f"q{number}", "type": name, "marks": 1, "content": CHOICES[name][0]}
            for number, name in enumerate(("single_choice", "cloze"), start=1)
        ],
    },
    {"questions": {"q1": CHOICES["single_choice"][1], "q2": CHOICES["cloze"][1]}, "explanations": {"q2": "why"}},
)


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_has_the_hash_that_it_had_under_letters(name: str) -> None:
    former, former_key = CHOICES[name]
    content, key = conceal(name, former, former_key)
    assert content != former
    assert place_choices(type_name=name, content=content, key=key) == (former, former_key)
    before = content_hash_of(type=name, content=former, key=former_key)
    assert content_hash_of(type=name, content=content, key=key) == before


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_goes_back_to_the_ids_of_its_former_state(name: str) -> None:
    former, former_key = CHOICES[name]
    content, key = conceal(name, former, former_key)
    assert settle_ids(type_name=name, content=content, key=key, former=former) == (former, former_key)
    assert settle_ids(type_name=name, content=content, key=key, former=content) == (content, key)
    kept = conceal_ids(type_name=name, content=former, key=former_key, frozen=former)
    assert kept == (former, former_key)


def test_the_rank_of_the_right_option_is_that_of_its_text() -> None:
    ranks = [0, 0, 0, 0]
    for number in range(400):
        content, key = conceal("single_choice", *choice([f"{word} {number}" for word in ("one", "two", "six", "ten")]))
        ids = [option["id"] for option in content["options"]]
        assert content["options"][0]["text"] == f"one {number}"
        ranks[sorted(ids).index(*key["fractions"])] += 1
    assert min(ranks) > 60  # a hundred each by chance


def test_options_of_a_frozen_version_keep_their_ids_and_a_new_one_says_nothing() -> None:
    frozen, key = choice(["red", "green", "blue"])
    options = [*frozen["options"][::-1], {"id": "d", "text": "grey"}]
    content, _key = conceal_ids(
        type_name="single_choice", content=frozen | {"options": options}, key=key, frozen=frozen
    )
    ids = [option["id"] for option in content["options"]]
    assert ids[:3] == ["c", "b", "a"]
    assert is_opaque(ids[3])


@given(st.lists(st.sampled_from("pqrs"), max_size=6), st.lists(st.sampled_from("pqrs"), max_size=6))
def test_former_names_are_unique_and_follow_texts(now: list[str], then: list[str]) -> None:
    parts = [(f"x2aaaaa{'abcdef'[at]}", text) for at, text in enumerate(now)]
    former = [(f"x2aaaaa{'fedcba'[at]}", text) for at, text in enumerate(then)]
    names = former_names(parts, former)
    new = [names.get(id_, id_) for id_, _text in parts]
    assert len(set(new)) == len(parts)
    known = dict(former)
    for text in set(now):
        same = [id_ for id_, (_was, said) in zip(new, parts, strict=True) if said == text and known.get(id_) == text]
        assert len(same) >= min(now.count(text), then.count(text))


@given(st.lists(st.sampled_from(["a", "b", "o27", "rome", *(f"x2aaaaa{end}" for end in "abcdef")]), unique=True))
def test_names_of_places_are_unique(ids: list[str]) -> None:
    names = place_names([(id_, "") for id_ in ids])
    assert len({names.get(id_, id_) for id_ in ids}) == len(ids)
    assert set(names) == {id_ for id_ in ids if is_opaque(id_)}


def test_choices_are_found_in_groups() -> None:
    groups = {name: list(choices_of(type_name=name, content=content)) for name, (content, _key) in CHOICES.items()}
    assert groups == {
        "single_choice": ["options"],
        "multiple_choice": ["options"],
        "hotspot": ["regions"],
        "cloze": ["g1"],
        "material": ["q1/options", "q2/g1"],
    }


def test_regions_are_sent_as_they_are_read_in_the_picture() -> None:
    shapes = [
        ("inner", "circle", [30, 30, 5]),
        ("right", "rect", [60, 20, 90, 60]),
        ("outer", "poly", [20, 20, 50, 20, 50, 60, 20, 60]),
        ("low", "ellipse", [50, 90, 20, 5]),
        ("all", "default", []),
    ]
    regions = [{"id": id_, "shape": shape, "coords": coords, "label": ""} for id_, shape, coords in shapes]
    kind = question_types()["hotspot"]
    content = kind.parse_content({"stem": "?", **ORDER, "mode": "regions", "regions": regions})
    shown = kind.public_content(content)["regions"]
    assert [region["id"] for region in shown] == ["all", "outer", "right", "inner", "low"]
    assert kind.summarise_response(content, ("inner", "low")) == "4; 5"


def test_what_was_given_is_told_in_words() -> None:
    content, _key = conceal("cloze", *CHOICES["cloze"])
    red, green = (option["id"] for option in content["gaps"][0]["options"])
    assert in_words(f"{red},{green}", content) == "red, green"
    assert in_words("x2abcdef", content) == "x2abcdef"
    assert in_words("a, b", content) == "a, b"
    assert in_words("a", CHOICES["cloze"][0]) == "a"
