from datetime import timedelta

import pytest

from edu.access.models import Grant
from edu.access.queries import has_access, list_accessible, why_not
from edu.access.services import give_grant, register_door, revoke_grants, set_opens
from edu.core.clock import now_utc
from edu.events.models import OutboxEvent
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner():
    return make_user()


def grant(learner, key="course:a", source="1", **extra):
    return give_grant(user_id=learner.pk, product_key=key, source_kind="order", source_id=source, **extra)


def test_a_grant_opens_its_product_and_no_other(learner):
    grant(learner)
    assert has_access(user_id=learner.pk, product_key="course:a")
    assert not has_access(user_id=learner.pk, product_key="course:b")
    assert not has_access(user_id=make_user().pk, product_key="course:a")
    assert not has_access(user_id=None, product_key="course:a")


def test_a_bundle_opens_its_courses_and_their_lessons(learner):
    set_opens(product_key="bundle:x", opened_keys=["course:a", "course:b"])
    set_opens(product_key="course:a", opened_keys=["lesson:1", "lesson:2"])
    grant(learner, key="bundle:x")
    keys = ["lesson:1", "lesson:2", "course:b", "course:c"]
    assert list_accessible(user_id=learner.pk, product_keys=keys) == {"lesson:1", "lesson:2", "course:b"}


def test_products_that_open_each_other_do_no_harm(learner):
    set_opens(product_key="course:a", opened_keys=["course:b"])
    set_opens(product_key="course:b", opened_keys=["course:a"])
    grant(learner)
    assert has_access(user_id=learner.pk, product_key="course:b")


def test_queries_do_not_grow_with_the_number_of_products(learner, django_assert_num_queries):
    set_opens(product_key="course:a", opened_keys=[f"lesson:{n}" for n in range(200)])
    grant(learner)
    for count in (2, 200):
        with django_assert_num_queries(3):
            list_accessible(user_id=learner.pk, product_keys=[f"lesson:{n}" for n in range(count)])


def test_a_grant_is_written_once_a_source(learner):
    assert grant(learner)
    assert not grant(learner)
    assert Grant.objects.count() == 1
    assert OutboxEvent.objects.filter(name="AccessGranted").count() == 1


def test_access_from_another_source_survives_a_refund(learner):
    grant(learner, source="1")
    grant(learner, source="2")
    assert revoke_grants(source_kind="order", source_id="1", reason="refunded") == 1
    assert has_access(user_id=learner.pk, product_key="course:a")
    revoke_grants(source_kind="order", source_id="2", reason="refunded")
    assert not has_access(user_id=learner.pk, product_key="course:a")
    assert revoke_grants(source_kind="order", source_id="2", reason="again") == 0


def test_why_not_names_what_would_open_the_door(learner):
    set_opens(product_key="bundle:x", opened_keys=["course:a"])
    register_door(product_key="course:a", title="A", url="/courses/a/")
    register_door(product_key="course:a", offer_url="/shop/a/", price_minor=19900, currency="CNY")
    register_door(product_key="bundle:x", title="X", url="/x/", offer_url="/shop/x/", price_minor=29900)
    answer = why_not(user_id=learner.pk, product_key="course:a")
    assert (answer.allowed, answer.reason) == (False, "not_owned")
    assert [(door.title, door.price_minor) for door in answer.doors] == [("A", 19900), ("X", 29900)]
    register_door(product_key="course:a", clear_price=True)
    assert [door.title for door in why_not(user_id=None, product_key="course:a").doors] == ["X"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"until_at": now_utc() - timedelta(days=1)}, "expired"),
        ({"from_at": now_utc() + timedelta(days=1)}, "not_yet"),
        ({"revoked_at": now_utc()}, "revoked"),
    ],
)
def test_why_not_tells_what_happened_to_the_grant(learner, change, reason):
    grant(learner)
    Grant.objects.update(**change)
    assert why_not(user_id=learner.pk, product_key="course:a").reason == reason
    assert not has_access(user_id=learner.pk, product_key="course:a")
