"""Published questions are parsed once, and never taken for one another."""

import pytest

from exams.authoring.checks import concealed
from exams.delivery import parsed
from exams.models import QuestionVersion
from tests.pure.exams.samples import SAMPLES


def version(*, content_hash: str, **fields):
    sample = SAMPLES["single_choice"]
    return QuestionVersion(
        **{"type": "single_choice", "content": sample.content, "key": sample.key, "content_hash": content_hash} | fields
    )


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch):
    monkeypatch.setattr(parsed, "_kept", {})


def test_a_version_is_parsed_once():
    first = parsed.parsed_question(version(content_hash="a", pk=7))
    assert parsed.parsed_question(version(content_hash="a", pk=7)) is first


def test_versions_that_say_the_same_under_other_ids_are_told_apart():
    sample = SAMPLES["single_choice"]
    content, key = concealed(type="single_choice", content=sample.content, key=sample.key)
    lettered, opaque = (version(content_hash="a", pk=7), version(content_hash="a", pk=8, content=content, key=key))
    assert parsed.parsed_question(lettered).content.options[0].id == "a"
    assert parsed.parsed_question(opaque).content.options[0].id == content["options"][0]["id"] != "a"


def test_another_hash_or_none_is_parsed_anew():
    first = parsed.parsed_question(version(content_hash="a"))
    assert parsed.parsed_question(version(content_hash="b")) is not first
    nameless = parsed.parsed_question(version(content_hash=""))
    assert parsed.parsed_question(version(content_hash="")) is not nameless


def test_no_more_than_the_maximum_are_kept(monkeypatch):
    monkeypatch.setattr(parsed, "MAXIMUM_KEPT", 3)
    for number in range(10):
        parsed.parsed_question(version(content_hash=str(number)))
    assert len(parsed._kept) <= 3
