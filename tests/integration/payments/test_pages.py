import uuid

import pytest
from django.urls import reverse

from edu.access.queries import has_access
from payments.models import CouponGrant, Offer, Order
from payments.services import give_coupon, pay_in_sandbox, take_off_sale
from tests.factories.payments import begin_payment, make_coupon, make_offer, make_operator, make_order, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(client):
    user = make_user()
    client.force_login(user)
    return user


def buy_fields(page, **changes):
    form = page.context["form"]
    return {
        "accept_terms": "on",
        "expected_total_minor": form["expected_total_minor"].value(),
        "idempotency_key": form["idempotency_key"].value(),
    } | changes


def test_buyer_walks_from_offer_to_open_course(client, buyer, run_jobs):
    offer = make_offer(list_price_minor=15000)
    coupon = make_coupon()
    address = reverse("payments:offer", args=[offer.public_id])
    page = client.get(address, {"new_coupon": coupon.code.lower()})
    assert page.context["preview"].priced.total_minor == 8000
    response = client.post(address, buy_fields(page, coupon=coupon.code))
    order = Order.objects.get()
    assert response.url == reverse("payments:pay", args=[order.public_id])
    page = client.get(response.url)
    response = client.post(response.url, {"provider": "sandbox", "idempotency_key": page.context["key"]})
    sandbox = response.url
    assert client.get(sandbox).status_code == 200
    response = client.post(sandbox, {"choice": "success"})
    result = reverse("payments:result", args=[order.public_id])
    assert response.url == result
    waiting = client.get(result)
    assert waiting.context["is_polling"]
    assert b"hx-get" in waiting.content
    run_jobs()
    part = client.get(reverse("payments:status", args=[order.public_id]), headers={"HX-Request": "true"})
    assert part.context["phase"] == "open"
    assert b"/courses/product-" in part.content
    assert b"hx-get" not in part.content
    assert has_access(user_id=buyer.pk, product_key=offer.product_key)
    assert client.get(sandbox).url == result
    assert client.get(reverse("payments:order", args=[order.public_id])).status_code == 200


@pytest.mark.parametrize(("choice", "phase"), [("failure", "failed"), ("cancel", "cancelled")])
def test_payment_that_ends_without_money_offers_another_try(client, buyer, run_jobs, choice, phase):
    payment = begin_payment(make_order(user=buyer))
    client.post(reverse("payments:sandbox", args=[payment.public_id]), {"choice": choice})
    run_jobs()
    page = client.get(reverse("payments:result", args=[payment.order.public_id]))
    assert page.context["phase"] == phase
    assert reverse("payments:pay", args=[payment.order.public_id]).encode() in page.content


def test_order_needs_the_terms_and_keeps_what_was_entered(client, buyer):
    offer, coupon = make_offer(), make_coupon()
    address = reverse("payments:offer", args=[offer.public_id])
    page = client.get(address, {"coupon": coupon.code})
    fields = buy_fields(page, coupon=coupon.code)
    del fields["accept_terms"]
    response = client.post(address, fields)
    assert response.status_code == 422
    assert response.context["preview"].priced.total_minor == 8000
    assert not Order.objects.exists()


def test_changed_price_is_shown_again_before_anything_is_ordered(client, buyer):
    offer = make_offer()
    address = reverse("payments:offer", args=[offer.public_id])
    page = client.get(address)
    Offer.objects.filter(pk=offer.pk).update(price_minor=12000)
    response = client.post(address, buy_fields(page))
    assert not Order.objects.exists()
    assert response.context["form"]["expected_total_minor"].value() == 12000


def test_sending_the_form_twice_places_one_order(client, buyer):
    address = reverse("payments:offer", args=[make_offer().public_id])
    fields = buy_fields(client.get(address))
    assert client.post(address, fields).url == client.post(address, fields).url
    assert Order.objects.count() == 1


def test_coupon_that_does_not_apply_says_why(client, buyer):
    offer, coupon = make_offer(), make_coupon(floor_minor=99900)
    page = client.get(reverse("payments:offer", args=[offer.public_id]), {"coupon": [coupon.code, "NOSUCH"]})
    text = page.content.decode()
    assert "Add goods for CN¥899.00 more" in text
    assert "no coupon with this code" in text


def test_held_coupon_is_suggested(client, buyer):
    coupon = make_coupon()
    give_coupon(actor=None, code=coupon.code, user_ids=[buyer.pk])
    page = client.get(reverse("payments:offer", args=[make_offer().public_id]))
    assert "It saves you CN¥20.00 here." in page.content.decode()


def test_stranger_sees_the_price_and_is_asked_to_sign_in(client):
    offer = make_offer()
    address = reverse("payments:offer", args=[offer.public_id])
    page = client.get(address)
    assert b"Sign in to buy" in page.content
    assert client.post(address, {}).status_code == 302
    assert not Order.objects.exists()


def test_off_sale_offer_answers_gone_and_a_draft_is_not_found(client):
    offer = make_offer()
    take_off_sale(actor=None, offer_public_id=offer.public_id)
    assert client.get(reverse("payments:offer", args=[offer.public_id])).status_code == 410
    draft = make_offer(on_sale=False)
    assert client.get(reverse("payments:offer", args=[draft.public_id])).status_code == 404


@pytest.mark.parametrize("quantity", ["0", "-1", "abc", "99999"])
def test_impossible_number_of_seats_is_explained(client, buyer, quantity):
    offer = make_offer(kind="seats")
    page = client.get(reverse("payments:offer", args=[offer.public_id]), {"quantity": quantity})
    assert page.status_code == 200
    assert page.context["quantity_error"]


def test_wrong_account_gets_404_everywhere_and_nothing_changes(client, buyer):
    payment = begin_payment(make_order())
    transfer = begin_payment(payment.order, provider="offline")
    order = payment.order
    pages = [
        reverse(f"payments:{name}", args=[order.public_id]) for name in ("order", "pay", "result", "cancel", "status")
    ]
    pages += [
        reverse("payments:sandbox", args=[payment.public_id]),
        reverse("payments:transfer", args=[transfer.public_id]),
    ]
    steps = order.transitions.count()
    for page in pages:
        for answer in (
            client.get(page, headers={"HX-Request": "true"}),
            client.post(page, {"choice": "success", "provider": "sandbox", "idempotency_key": "k"}),
        ):
            assert answer.status_code in {404, 405}, page
        assert 404 in {client.get(page, headers={"HX-Request": "true"}).status_code, client.post(page).status_code}
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.state, payment.state, order.transitions.count()) == ("pending", "pending", steps)
    assert order.number.encode() not in client.get(reverse("payments:orders")).content


def test_pages_of_a_person_need_a_sign_in(client):
    order = make_order()
    for name, arguments in [
        ("orders", []),
        ("coupons", []),
        ("order", [order.public_id]),
        ("pay", [order.public_id]),
        ("result", [order.public_id]),
        ("sandbox", [uuid.uuid4()]),
        ("transfer", [uuid.uuid4()]),
    ]:
        assert client.get(reverse(f"payments:{name}", args=arguments)).status_code == 302


def test_writes_need_an_idempotency_key(client, buyer):
    order = make_order(user=buyer)
    for name in ("pay", "cancel"):
        assert (
            client.post(reverse(f"payments:{name}", args=[order.public_id]), {"provider": "sandbox"}).status_code == 422
        )
    order.refresh_from_db()
    assert (order.state, order.payments.count()) == ("pending", 0)
    header = {"Idempotency-Key": "k1"}
    address = reverse("payments:cancel", args=[order.public_id])
    assert client.post(address, headers=header).status_code == 302
    assert client.post(address, headers=header).status_code == 302
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_code_is_claimed_into_the_purse(client, buyer):
    coupon = make_coupon()
    address = reverse("payments:coupons")
    assert client.post(address, {"code": f" {coupon.code.lower()} ", "idempotency_key": "k"}).status_code == 302
    assert CouponGrant.objects.get().user == buyer
    assert coupon.title in client.get(address).content.decode()
    wrong = client.post(address, {"code": "nothing", "idempotency_key": "k2"})
    assert wrong.status_code == 422
    assert b"Check the spelling" in wrong.content


def test_used_and_ended_coupons_stand_apart(client, buyer):
    used, off, fresh = make_coupon(), make_coupon(is_active=True), make_coupon()
    for coupon in (used, off, fresh):
        give_coupon(actor=None, code=coupon.code, user_ids=[buyer.pk])
    make_order(user=buyer, codes=[used.code])
    type(off).objects.filter(pk=off.pk).update(is_active=False)
    groups = client.get(reverse("payments:coupons")).context["groups"]
    assert [[row["coupon"].code for row in group["rows"]] for group in groups] == [
        [fresh.code],
        [used.code],
        [off.code],
    ]


def test_empty_pages_say_what_to_do(client, buyer):
    assert "No orders here" in client.get(reverse("payments:orders")).content.decode()
    assert "Your purse is empty" in client.get(reverse("payments:coupons")).content.decode()


@pytest.mark.parametrize("count", [2, 12])
def test_queries_do_not_grow_with_orders(client, buyer, count, django_assert_num_queries):
    for _index in range(count):
        order = make_order(user=buyer)
        pay_in_sandbox(user=buyer, order_public_id=order.public_id)
    client.get(reverse("payments:orders"))
    with django_assert_num_queries(ORDERS_QUERIES):
        client.get(reverse("payments:orders"))
    with django_assert_num_queries(ORDER_QUERIES):
        client.get(reverse("payments:order", args=[order.public_id]))


@pytest.mark.parametrize("count", [1, 8])
def test_queries_of_the_offer_do_not_grow_with_the_purse(client, buyer, count, django_assert_num_queries):
    offer = make_offer(kind="bundle", item_keys=[make_offer().product_key for _index in range(count)])
    for _index in range(count):
        give_coupon(actor=None, code=make_coupon().code, user_ids=[buyer.pk])
    address = reverse("payments:offer", args=[offer.public_id])
    client.get(address)
    with django_assert_num_queries(OFFER_QUERIES):
        client.get(address)


def test_editor_changes_an_offer_and_its_door_follows(client):
    operator = make_operator(is_staff=True, is_superuser=True)
    client.force_login(operator)
    offer = make_offer()
    address = reverse(Offer.snippet_viewset.get_url_name("edit"), args=[offer.pk])
    assert client.get(address).status_code == 200
    fields = {
        "title": offer.title,
        "kind": offer.kind,
        "product_key": offer.product_key,
        "price_minor": "77.00",
        "list_price_minor": "",
        "currency": "CNY",
        "status": "on_sale",
        "access_days": "",
        "description": "",
    }
    assert client.post(address, fields).status_code == 302
    from edu.access.queries import list_doors
    from edu.audit.models import AuditEntry

    assert list_doors(product_keys=[offer.product_key])[offer.product_key].price_minor == 7700
    assert AuditEntry.objects.filter(action="offer.edit", object_id=offer.public_id).exists()


def test_money_cannot_be_edited_in_the_admin(client):
    client.force_login(make_operator(is_staff=True, is_superuser=True))
    order = make_order()
    assert client.get("/django-admin/payments/order/").status_code == 200
    assert client.get(f"/django-admin/payments/order/{order.pk}/change/").status_code == 200
    assert client.post(f"/django-admin/payments/order/{order.pk}/change/", {"state": "paid"}).status_code == 403
    assert client.post(f"/django-admin/payments/order/{order.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/django-admin/payments/ledgerentry/add/").status_code == 403
    order.refresh_from_db()
    assert order.state == "pending"


def test_editor_explains_amounts_that_cannot_be(client):
    client.force_login(make_operator(is_staff=True, is_superuser=True))
    offer = make_offer()
    address = reverse(Offer.snippet_viewset.get_url_name("edit"), args=[offer.pk])
    fields = {"title": "x", "kind": "course", "product_key": offer.product_key, "currency": "CNY", "status": "on_sale"}
    for change in ({"price_minor": "1.234"}, {"price_minor": "5", "currency": "yuan"}, {"price_minor": "-1"}):
        assert client.post(address, fields | change).status_code == 200
    offer.refresh_from_db()
    assert offer.price_minor == 10000


def test_nobody_deletes_an_offer_in_the_editor(client):
    client.force_login(make_operator(is_staff=True, is_superuser=True))
    offer = make_offer()
    client.post(reverse(Offer.snippet_viewset.get_url_name("delete"), args=[offer.pk]))
    client.post(f"/cms/bulk/payments/offer/delete/?id={offer.pk}", {"next": "/cms/"})
    assert Offer.objects.filter(pk=offer.pk).exists()


def test_editor_of_the_shop_is_closed_to_others(client):
    from django.contrib.auth.models import Permission

    editor = make_user(is_staff=True)
    editor.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "change_offer", "add_offer"]))
    client.force_login(editor)
    offer = make_offer()
    viewset = Offer.snippet_viewset
    for name, arguments in (("list", []), ("add", []), ("edit", [offer.pk]), ("usage", [offer.pk])):
        address = reverse(viewset.get_url_name(name), args=arguments)
        assert client.get(address).status_code == 302, name
        client.post(address, {"title": "stolen", "price_minor": "0", "currency": "CNY", "status": "on_sale"})
    offer.refresh_from_db()
    assert (offer.title == "stolen", offer.price_minor) == (False, 10000)


ORDERS_QUERIES = 8
ORDER_QUERIES = 12
OFFER_QUERIES = 16
