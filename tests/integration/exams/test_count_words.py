"""What a listing says of more questions than it counts: in words, in both languages, filtered or not."""

import pytest
from django.urls import reverse

from tests.integration.exams.authoring_people import make_author, make_shared_bank, write

pytestmark = pytest.mark.django_db
WORDS = {
    "en": ("more than 10,000 questions", "(more than 10,000)"),
    "zh-hans": ("超过 10,000 题", "（超过 10,000 题）"),
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_listing_says_that_there_are_more_than_it_counts(client, monkeypatch, language):
    author = make_author()
    bank = make_shared_bank(author)
    for number in range(7):
        write(bank, author, stem=f"Question {number}?", difficulty=2 if number < 6 else 5)
    client.force_login(author)
    client.cookies["django_language"] = language
    address = reverse("authoring:bank", args=[bank.public_id])
    head, bulk = WORDS[language]

    def said(**filters):
        return client.get(address, filters).content.decode()

    assert head not in said()
    monkeypatch.setattr("exams.authoring.listing.COUNT_LIMIT", 5)
    for filters in ({}, {"difficulty": "2"}, {"q": "Question"}):
        page = said(**filters)
        assert head in page, filters
        assert bulk in page, filters
    page = said(difficulty="5")
    assert head not in page
    assert ("1 question" if language == "en" else "1 题") in page


@pytest.mark.parametrize(("language", "words"), [("en", "more than 10,000<"), ("zh-hans", "超过 10,000<")])
def test_the_list_of_banks_says_so_too(client, monkeypatch, language, words):
    author = make_author()
    bank = make_shared_bank(author)
    for number in range(3):
        write(bank, author, stem=f"Question {number}?", publish=True)
    client.force_login(author)
    client.cookies["django_language"] = language
    address = reverse("authoring:banks")
    assert words not in client.get(address).content.decode()
    monkeypatch.setattr("exams.authoring.listing.COUNT_LIMIT", 2)
    assert words in client.get(address).content.decode()
