"""Checkout in a browser: offer, payment, result, and the sandbox provider's page."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.access.queries import list_doors, why_not
from edu.core.clock import now_utc
from edu.core.errors import Conflict, DomainError, NotFound
from edu.jobs.services import enqueue
from payments.checkout.close_order import OrderNotOpen
from payments.checkout.place_order import OrderOpenAlready, PriceChanged
from payments.checkout.preview_price import Preview, clean_codes, get_offer_on_sale, preview_price
from payments.checkout.record_event import receive_notification
from payments.forms import BuyForm, SandboxForm, new_key
from payments.models import BundleItem, Offer, Order, OrderLine, Payment, SandboxCharge
from payments.policies import list_buying_organizations
from payments.providers.registry import get_provider, list_providers
from payments.providers.sandbox import Sandbox
from payments.services import cancel_order, place_order, start_payment
from payments.wording import reason_label

SUPPORT_STATES = (Order.State.CANCELLED, Order.State.EXPIRED)


def idempotency_key(request: HttpRequest) -> str:
    """Return the key of a write: the Idempotency-Key header, or the form's hidden field."""
    return request.headers.get("Idempotency-Key") or request.POST.get("idempotency_key", "")


def user_id_of(request: HttpRequest) -> int:
    """Return the id of the signed-in person; only for views that require a sign-in."""
    user_id = request.user.pk
    assert user_id is not None
    return int(user_id)


def own_order(request: HttpRequest, public_id: uuid.UUID) -> Order:
    """Return the signed-in person's order; 404 for anybody else's."""
    return get_object_or_404(Order, public_id=public_id, user=request.user)


@never_cache
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show an offer with its price for this person, and place the order that she agrees to."""
    try:
        row = get_offer_on_sale(offer_public_id=public_id)
    except NotFound:
        return _off_sale(request, public_id)
    if row.organization_only and request.user.is_authenticated:
        may_buy = bool(list_buying_organizations(user_id=request.user.pk))
    else:
        may_buy = True
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        form = BuyForm(request.POST, offer=row, user=request.user)
        if form.is_valid():
            response = _buy(request, row, form)
            if response is not None:
                return response
        source: Any = request.POST
    else:
        form, source = None, request.GET
    return _offer_page(request, row, source, form, may_buy)


def _buy(request: HttpRequest, row: Offer, form: BuyForm) -> HttpResponse | None:
    """Place the order and lead on; None when the page has to say what stands against it."""
    data = form.cleaned_data
    try:
        placed = place_order(
            user=request.user,
            items=[(row.public_id, data.get("quantity", 1))],
            coupon_codes=request.POST.getlist("coupon"),
            organization_id=int(data["organization"]) if data.get("organization") else None,
            accept_terms=data["accept_terms"],
            expected_total_minor=data["expected_total_minor"],
            idempotency_key=idempotency_key(request),
        )
    except OrderOpenAlready as error:
        messages.info(request, error.message)
        return redirect("payments:pay", public_id=error.order_public_id)
    except PriceChanged as error:
        messages.warning(request, error.message)
        return None
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
    return redirect("payments:pay" if placed.total_minor else "payments:result", public_id=placed.public_id)


def _offer_page(request: HttpRequest, row: Offer, source: Any, form: BuyForm | None, may_buy: bool) -> HttpResponse:
    """Render the offer with its price, the coupons tried and why, and the form to agree to."""
    user_id = request.user.pk if request.user.is_authenticated else None
    quantity = source.get("quantity", "1")
    codes = clean_codes([*source.getlist("coupon"), source.get("new_coupon", "")])
    quantity_error = ""
    try:
        preview = preview_price(
            user_id=user_id, offer=row, quantity=int(quantity) if quantity.isdecimal() else 0, coupon_codes=codes
        )
    except DomainError as error:
        quantity_error = error.message
        preview = preview_price(user_id=user_id, offer=row, coupon_codes=codes)
    applied = list(preview.coupons)
    if user_id is not None and (form is None or not form.errors):
        form = BuyForm(
            offer=row,
            user=request.user,
            initial={
                "quantity": preview.quantity,
                "expected_total_minor": preview.priced.total_minor,
                "idempotency_key": new_key(),
            },
        )
    items = list(BundleItem.objects.filter(offer=row).values_list("product_key", flat=True))
    doors = list_doors(product_keys=[row.product_key, *items])
    owned = why_not(user_id=user_id, product_key=row.product_key) if user_id and not row.organization_only else None
    context = {
        "title": row.title,
        "offer": row,
        "preview": preview,
        "quantity_error": quantity_error,
        "discounts": _explain_discounts(preview),
        "codes": applied,
        "form": form,
        "may_buy": may_buy,
        "can_buy": may_buy and (owned is None or not owned.allowed or owned.until_at is not None),
        "owned": owned if owned is not None and owned.allowed else None,
        "door": doors.get(row.product_key),
        "contents": [doors[key] for key in items if key in doors],
        "open_order": Order.objects.filter(user_id=user_id, state=Order.State.PENDING, lines__offer=row).first()
        if user_id and not row.organization_only
        else None,
        "saving_minor": preview.priced.list_minor - preview.priced.price_minor,
    }
    invalid = form is not None and form.is_bound and form.errors
    return render(request, "payments/offer.html", context, status=422 if invalid else 200)


def _explain_discounts(preview: Preview) -> list[dict[str, Any]]:
    """Return every coupon that was tried with what it takes off and why, and without it in the address."""
    currency = preview.priced.currency
    rows = [
        {
            "code": discount.code,
            "title": preview.coupons[discount.code].title,
            "amount_minor": discount.amount_minor,
            "is_applied": discount.is_applied,
            "reason": reason_label(reason=discount.reason, missing_minor=discount.missing_minor, currency=currency),
            "others": [code for code in preview.coupons if code != discount.code],
        }
        for discount in preview.priced.discounts
    ]
    return rows + [
        {
            "code": code,
            "title": "",
            "amount_minor": 0,
            "is_applied": False,
            "reason": reason_label(reason="unknown"),
            "others": list(preview.coupons),
        }
        for code in preview.unknown_codes
    ]


def _off_sale(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say that an offer is no longer sold; 404 for a draft or nothing at all."""
    row = get_object_or_404(Offer, public_id=public_id, status=Offer.Status.OFF_SALE)
    user_id = request.user.pk if request.user.is_authenticated else None
    owned = bool(user_id) and why_not(user_id=user_id, product_key=row.product_key).allowed
    door = list_doors(product_keys=[row.product_key]).get(row.product_key)
    context = {"title": row.title, "offer": row, "is_owned": owned, "door": door}
    return render(request, "payments/off_sale.html", context, status=410)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let the buyer choose how to pay, and lead her to the provider's page."""
    order = own_order(request, public_id)
    if request.method == "POST":
        try:
            page = start_payment(
                user=request.user,
                order_public_id=public_id,
                provider=request.POST.get("provider", ""),
                idempotency_key=idempotency_key(request),
            )
        except (Conflict, NotFound) as error:
            messages.error(request, error.message)
            return redirect("payments:pay", public_id=public_id)
        except DomainError as error:
            return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
        return redirect(page.page_url)
    if order.state != Order.State.PENDING:
        return redirect("payments:result", public_id=public_id)
    context = {
        "title": _("Pay"),
        "order": order,
        "lines": order.lines.all(),
        "discounts": [row for row in order.discounts.all() if row.amount_minor],
        "providers": list_providers(),
        "key": new_key(),
        "cancel_key": new_key(),
        "now": now_utc(),
    }
    return render(request, "payments/pay.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Cancel the buyer's unpaid order."""
    own_order(request, public_id)
    try:
        cancel_order(user=request.user, order_public_id=public_id, idempotency_key=idempotency_key(request))
    except OrderNotOpen as error:
        messages.error(request, error.message)
    except DomainError as error:
        return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
    else:
        messages.success(request, _("The order is cancelled. Its coupons are yours again."))
    return redirect("payments:order", public_id=public_id)


def _result_context(order: Order) -> dict[str, Any]:
    """Return what the result page and its polled part show."""
    last = order.payments.order_by("-pk").first()
    lines = list(order.lines.select_related("offer"))
    opened = order.fulfilled_at is not None
    if opened:
        phase = "open"
    elif order.state == Order.State.PAID:
        phase = "opening"
    elif order.state in SUPPORT_STATES:
        phase = "late" if order.flag else "closed"
    elif order.state != Order.State.PENDING:
        phase = "open"
    elif last is None:
        phase = "unpaid"
    elif last.state in {Payment.State.FAILED, Payment.State.CANCELLED}:
        phase = str(last.state)
    elif last.provider == "offline":
        phase = "transfer"
    else:
        phase = "waiting"
    return {
        "order": order,
        "lines": lines,
        "links": _open_links(lines) if opened else [],
        "payment": last,
        "phase": phase,
        "is_late": opened and order.transitions.filter(cause="late_accepted", subject="order").exists(),
        "is_polling": phase in {"waiting", "opening"},
    }


@never_cache
@login_required
@require_GET
def result(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what became of the payment; the page asks again by itself until it knows."""
    context = _result_context(own_order(request, public_id))
    return render(request, "payments/result.html", context | {"title": pgettext("purchase", "Your order")})


@never_cache
@login_required
@require_GET
def status(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Return the part of the result page that changes; without a script the whole page is asked for instead."""
    if not getattr(request, "htmx", False):
        return redirect("payments:result", public_id=public_id)
    context = _result_context(own_order(request, public_id))
    return render(request, "payments/_status.html", context)


def _open_links(lines: list[OrderLine]) -> list[dict[str, str]]:
    """Return what the order opened, with where it is: of a bundle, what is inside."""
    bundles = [line.offer_id for line in lines if line.kind == Offer.Kind.BUNDLE and line.ended_at is None]
    keys = [
        line.product_key
        for line in lines
        if line.kind not in {Offer.Kind.BUNDLE, Offer.Kind.SEATS} and line.ended_at is None
    ]
    if bundles:
        keys += BundleItem.objects.filter(offer_id__in=bundles).values_list("product_key", flat=True)
    doors = list_doors(product_keys=keys)
    return [{"title": doors[key].title, "url": doors[key].url} for key in keys if key in doors and doors[key].url]


@never_cache
@login_required
@require_GET
def transfer(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """Show where to transfer the money, and with which purpose."""
    payment = get_object_or_404(
        Payment.objects.select_related("order"), public_id=reference, provider="offline", order__user=request.user
    )
    if payment.order.state != Order.State.PENDING:
        return redirect("payments:result", public_id=payment.order.public_id)
    context = {
        "title": _("Bank transfer"),
        "payment": payment,
        "order": payment.order,
        "account": settings.PAYMENT_TRANSFER_ACCOUNT,
    }
    return render(request, "payments/transfer.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sandbox(request: HttpRequest, reference: uuid.UUID) -> HttpResponse:
    """The sandbox provider's own page: the buyer chooses what happens, and the provider notifies us of it."""
    try:
        provider = get_provider(Sandbox.name)
    except NotFound as error:
        raise Http404 from error
    assert isinstance(provider, Sandbox)
    payment = get_object_or_404(
        Payment.objects.select_related("order"), public_id=reference, provider=Sandbox.name, order__user=request.user
    )
    charge = get_object_or_404(SandboxCharge, reference=reference)
    back = reverse("payments:result", args=[payment.order.public_id])
    if charge.outcome != "open":
        return redirect(back)
    form = SandboxForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        choice, delay = form.cleaned_data["choice"], form.cleaned_data["delay_seconds"] or 20
        try:
            charge = provider.choose(
                reference=reference,
                choice=choice,
                delay_seconds=delay,
                refund_answer=form.cleaned_data["refund_answer"] or "done",
            )
        except Conflict:
            return redirect(back)
        if choice == "delayed":
            enqueue(
                kind="payments.sandbox_notification",
                arguments={"reference": str(reference)},
                unique_key=f"payments.sandbox_notification:{reference}",
                delay_seconds=delay,
            )
        else:
            headers, body = provider.notification_for(charge)
            receive_notification(provider=Sandbox.name, headers=headers, body=body)
        return redirect(back)
    context = {"title": _("Sandbox payment"), "payment": payment, "order": payment.order, "form": form}
    return render(request, "payments/sandbox.html", context, status=422 if form.is_bound else 200)
