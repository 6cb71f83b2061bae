"""A bulk action that is refused keeps what was chosen and filled in."""

import re

import pytest
from django.urls import reverse

from exams.authoring.banks import create_bank
from exams.models import BulkAction
from tests.factories.exams import make_user
from tests.integration.exams.authoring_people import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):
    user = make_user(is_instructor=True)
    client.force_login(user)
    return user


@pytest.fixture
def bank(author):
    row = create_bank(actor=author, name="Bank", language="en")
    for number in range(4):
        write(row, author, stem=f"Question {number}?", tags=["t"])
    return row


def refuse(client, bank, **values):
    return client.post(reverse("authoring:bulk_start", args=[bank.public_id]), values)


def checked(page):
    return set(re.findall(r'name="question" value="([^"]+)" checked', page))


def test_a_bad_value_keeps_the_chosen_questions_and_the_other_values(client, bank):
    keys = [str(key) for key in bank.questions.order_by("pk").values_list("public_id", flat=True)[1:3]]
    answer = refuse(
        client,
        bank,
        verb="difficulty",
        difficulty="9",
        tag="kept tag",
        question=keys,
        query="tag=t",
        page="",
        scope="chosen",
    )
    assert answer.url == f"{reverse('authoring:bank', args=[bank.public_id])}?tag=t"
    page = client.get(answer.url).content.decode()
    assert checked(page) == set(keys)
    assert '<details class="disclosure bulk" open>' in page
    assert 'value="kept tag"' in page
    assert 'id="bulk-chosen" checked' in page
    assert not BulkAction.objects.exists()
    again = client.get(answer.url).content.decode()
    assert checked(again) == set()
    assert '<details class="disclosure bulk">' in again


def test_the_page_of_the_list_and_the_scope_stay(client, bank):
    answer = refuse(client, bank, verb="tag", tag=" ", query="sort=oldest", page="after=abc", scope="all")
    assert answer.url.endswith("?sort=oldest&after=abc")
    page = client.get(reverse("authoring:bank", args=[bank.public_id])).content.decode()
    assert 'id="bulk-all" checked' in page
    assert 'id="bulk-chosen" checked' not in page


def test_another_bank_is_not_told(client, author, bank):
    keys = [str(key) for key in bank.questions.values_list("public_id", flat=True)]
    refuse(client, bank, verb="tag", tag="", question=keys)
    other = create_bank(actor=author, name="Other", language="en")
    write(other, author)
    page = client.get(reverse("authoring:bank", args=[other.public_id])).content.decode()
    assert checked(page) == set()
    assert '<details class="disclosure bulk">' in page
