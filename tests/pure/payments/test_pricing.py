from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.pricing import Cart, CartLine, allocate, price_order
from payments.domain.promotions import CouponTerms, LearnerFacts

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NEW = LearnerFacts(is_first_order=True)


def line(key="a", price=10000, listed=None, quantity=1, kind="course"):
    return CartLine(
        key=key,
        product_key=f"{kind}:{key}",
        kind=kind,
        unit_price_minor=price,
        unit_list_minor=price if listed is None else listed,
        quantity=quantity,
    )


def cart(*lines):
    return Cart(currency="CNY", lines=lines or (line(),))


def fixed(code="F", amount=2000, **terms):
    return CouponTerms(code=code, kind="fixed", currency="CNY", amount_minor=amount, **terms)


def percent(code="P", share=10, **terms):
    return CouponTerms(code=code, kind="percent", currency="CNY", percent=share, **terms)


def price(the_cart=None, *coupons, facts=NEW, now=NOW):
    return price_order(cart=the_cart or cart(), promotions=coupons, facts=facts, now=now)


@st.composite
def carts(draw):
    keys = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True))
    lines = []
    for key in keys:
        asked = draw(st.integers(0, 100_000))
        lines.append(
            line(
                key,
                asked,
                asked + draw(st.integers(0, 5000)),
                draw(st.integers(1, 30)),
                draw(st.sampled_from(["course", "paper"])),
            )
        )
    return Cart(currency="CNY", lines=tuple(lines))


@st.composite
def coupon_lists(draw):
    coupons = []
    for code in draw(st.lists(st.sampled_from("ABCDE"), max_size=4, unique=True)):
        terms = {
            "floor_minor": draw(st.integers(0, 50_000)),
            "ceiling_minor": draw(st.none() | st.integers(0, 5000)),
            "kinds": draw(st.sampled_from([frozenset(), frozenset({"course"}), frozenset({"bank"})])),
            "is_stackable": draw(st.booleans()),
            "total_limit": draw(st.none() | st.integers(0, 2)),
        }
        if draw(st.booleans()):
            coupons.append(percent(code, draw(st.integers(1, 100)), **terms))
        else:
            coupons.append(fixed(code, draw(st.integers(1, 200_000)), **terms))
    return coupons


@given(carts(), coupon_lists())
def test_total_lies_between_nothing_and_the_list_price(some_cart, coupons):
    priced = price(some_cart, *coupons)
    assert 0 <= priced.total_minor <= priced.price_minor <= priced.list_minor
    assert priced.total_minor == sum(row.total_minor for row in priced.lines)
    assert priced.discount_minor == sum(row.amount_minor for row in priced.discounts)
    assert all(0 <= row.total_minor <= row.price_minor for row in priced.lines)
    assert all(row.is_applied == (row.amount_minor > 0) for row in priced.discounts)
    assert {row.code for row in priced.discounts} == {coupon.code for coupon in coupons}


@given(carts(), coupon_lists(), st.randoms(use_true_random=False))
def test_price_is_the_same_whatever_the_order(some_cart, coupons, random):
    lines, shuffled = list(some_cart.lines), list(coupons)
    random.shuffle(lines)
    random.shuffle(shuffled)
    assert price(Cart(currency="CNY", lines=tuple(lines)), *shuffled) == price(some_cart, *coupons)


@given(carts(), coupon_lists(), coupon_lists())
def test_an_exclusive_coupon_more_never_costs_more(some_cart, coupons, more):
    known = {coupon.code for coupon in coupons}
    extra = [coupon for coupon in more if not coupon.is_stackable and coupon.code not in known]
    assert price(some_cart, *coupons, *extra).total_minor <= price(some_cart, *coupons).total_minor


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), max_size=6), st.data())
def test_allocation_adds_up_and_never_exceeds_a_weight(weights, data):
    amount = data.draw(st.integers(0, sum(weights.values())))
    parts = allocate(amount, weights)
    assert sum(parts.values()) == amount
    assert all(0 <= parts[key] <= weight for key, weight in weights.items())


def test_allocating_too_much_is_refused():
    with pytest.raises(ValueError, match="between"):
        allocate(3, {"a": 2})


def test_fixed_coupon_takes_its_amount():
    assert price(None, fixed()).total_minor == 8000


def test_percent_rounds_half_a_unit_up():
    assert price(cart(line(price=5)), percent(share=10)).total_minor == 4


def test_stackable_coupons_apply_together_percent_first():
    priced = price(None, fixed("A", 1000, is_stackable=True), percent("B", 50, is_stackable=True))
    assert priced.total_minor == 4000


def test_the_better_of_exclusive_coupons_is_taken_and_the_other_says_why():
    priced = price(None, fixed("A", 1000), percent("B", 50))
    assert [(row.code, row.reason) for row in priced.discounts] == [("A", "other_better"), ("B", "applied")]


def test_coupon_is_limited_to_its_scope():
    the_cart = cart(line("a", 10000), line("b", 1000, kind="paper"))
    priced = price(the_cart, percent(share=50, kinds=frozenset({"paper"})))
    assert {row.key: row.discount_minor for row in priced.lines} == {"a": 0, "b": 500}


@pytest.mark.parametrize(
    ("coupon", "facts", "reason"),
    [
        (fixed(is_active=False), NEW, "inactive"),
        (fixed(starts_at=NOW + timedelta(days=1)), NEW, "not_started"),
        (fixed(ends_at=NOW), NEW, "ended"),
        (CouponTerms(code="F", kind="fixed", currency="USD", amount_minor=1), NEW, "wrong_currency"),
        (fixed(kinds=frozenset({"bank"})), NEW, "out_of_scope"),
        (fixed(product_keys=frozenset({"course:z"})), NEW, "out_of_scope"),
        (fixed(floor_minor=10001), NEW, "below_floor"),
        (fixed(total_limit=3), LearnerFacts(is_first_order=True, total_uses={"F": 3}), "used_up"),
        (fixed(per_learner_limit=1), LearnerFacts(is_first_order=False, own_uses={"F": 1}), "used_by_you"),
        (fixed(first_order_only=True), LearnerFacts(is_first_order=False), "not_first_order"),
        (fixed(ceiling_minor=0), NEW, "nothing_to_discount"),
    ],
)
def test_coupon_that_does_not_apply_says_why(coupon, facts, reason):
    priced = price(None, coupon, facts=facts)
    assert priced.total_minor == 10000
    assert priced.discounts[0].reason == reason


def test_free_goods_leave_nothing_to_discount():
    assert price(cart(line(price=0)), fixed()).discounts[0].reason == "nothing_to_discount"


def test_floor_says_how_much_is_missing():
    assert price(None, fixed(floor_minor=12500)).discounts[0].missing_minor == 2500


@pytest.mark.parametrize(
    "build",
    [
        lambda: line(price=-1),
        lambda: line(price=2, listed=1),
        lambda: line(quantity=0),
        lambda: cart(line(), line()),
        lambda: percent(share=0),
        lambda: fixed(amount=0),
    ],
)
def test_senseless_values_are_refused(build):
    with pytest.raises(ValueError, match=r"."):
        build()
