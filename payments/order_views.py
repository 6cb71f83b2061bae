"""A buyer's own things: orders with their history, and the purse of coupons."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from edu.access.queries import list_doors
from edu.core.clock import now_utc
from edu.core.errors import DomainError
from payments.domain.promotions import judge_coupon
from payments.fetch import fetch_learner_facts, to_terms
from payments.forms import ClaimForm, new_key
from payments.models import BundleItem, CouponGrant, CouponUse, Offer, Order, Payment
from payments.providers.registry import provider_label
from payments.services import claim_coupon
from payments.views import idempotency_key, own_order, user_id_of
from payments.wording import STATE_TONES, money_label, reason_label, step_title

PAGE_SIZE = 20
TABS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("pending", ("pending",)),
    ("paid", ("paid", "partially_refunded")),
    ("refunded", ("refunded", "partially_refunded")),
    ("closed", ("cancelled", "expired")),
)


@never_cache
@login_required
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """List the person's orders, all or those of one tab, newest first."""
    chosen = request.GET.get("state", "")
    states = dict(TABS).get(chosen)
    rows = Order.objects.filter(user_id=user_id_of(request)).prefetch_related("lines")
    if states:
        rows = rows.filter(state__in=states)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    labels = {
        "": _("All"),
        "pending": _("Awaiting payment"),
        "paid": _("Paid"),
        "refunded": _("Refunded"),
        "closed": _("Closed"),
    }
    base = reverse("payments:orders")
    context = {
        "title": _("Orders"),
        "desk": "learner",
        "page_obj": page,
        "orders": [{"order": order, "tone": STATE_TONES[order.state]} for order in page.object_list],
        "tabs": [
            {"label": label, "url": f"{base}?state={name}" if name else base, "current": name == chosen}
            for name, label in labels.items()
        ],
    }
    return render(request, "payments/orders.html", context)


@never_cache
@login_required
@require_GET
def order(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one order: what it opens, what was paid and sent back, and every step it took."""
    row = own_order(request, public_id)
    lines = list(row.lines.all())
    bundles = [line.offer_id for line in lines if line.kind == Offer.Kind.BUNDLE]
    contents = list(BundleItem.objects.filter(offer_id__in=bundles)) if bundles else []
    doors = list_doors(product_keys=[line.product_key for line in lines] + [item.product_key for item in contents])
    context = {
        "title": _("Order %(number)s") % {"number": row.number},
        "desk": "learner",
        "order": row,
        "tone": STATE_TONES[row.state],
        "lines": [
            {
                "line": line,
                "url": _line_url(line, doors),
                "contents": [
                    doors[item.product_key]
                    for item in contents
                    if item.offer_id == line.offer_id and item.product_key in doors
                ],
            }
            for line in lines
        ],
        "discounts": [discount for discount in row.discounts.all() if discount.amount_minor],
        "reduction_minor": row.list_minor - row.price_minor,
        "receipts": [
            {"payment": payment, "provider": provider_label(payment.provider)}
            for payment in row.payments.all()
            if payment.state == Payment.State.CONFIRMED
        ],
        "refunds": list(row.refunds.all()),
        "steps": [_step(step, row) for step in row.transitions.all() if step.to_state != "draft"],
        "cancel_key": new_key(),
    }
    return render(request, "payments/order.html", context)


def _line_url(line: Any, doors: dict[str, Any]) -> str:
    """Return where a line's goods are; empty when they are not open, or are seats."""
    if line.opened_at is None or line.ended_at is not None or line.kind in {Offer.Kind.SEATS, Offer.Kind.BUNDLE}:
        return ""
    door = doors.get(line.product_key)
    return door.url if door else ""


def _step(step: Any, row: Order) -> dict[str, str]:
    """Return one step as the timeline shows it."""
    bad = step.to_state in {"failed", "expired"}
    return {
        "title": step_title(subject=step.subject, state=step.to_state, cause=step.cause),
        "text": money_label(step.amount_minor, row.currency) if step.amount_minor is not None else "",
        "time_label": _moment(step.at),
        "time_iso": step.at.isoformat(),
        "state": "danger" if bad else "done",
    }


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def coupons(request: HttpRequest) -> HttpResponse:
    """Show the purse, usable, used and ended, and take a code into it."""
    form = ClaimForm(request.POST or None, initial={"idempotency_key": new_key()})
    if request.method == "POST" and form.is_valid():
        try:
            name = claim_coupon(
                user=request.user, code=form.cleaned_data["code"], idempotency_key=idempotency_key(request)
            )
        except DomainError as error:
            form.add_error("code" if error.field == "code" else None, error.message)
        else:
            messages.success(request, _("%(name)s is in your purse.") % {"name": name})
            return redirect("payments:coupons")
    groups = _purse(user_id_of(request))
    context = {
        "title": _("Coupons"),
        "desk": "learner",
        "form": form,
        "groups": [
            {"label": _("Usable"), "rows": groups["usable"], "is_usable": True},
            {"label": _("Used"), "rows": groups["used"], "is_usable": False},
            {"label": _("Ended"), "rows": groups["ended"], "is_usable": False},
        ],
        "is_empty": not any(groups.values()),
    }
    return render(request, "payments/coupons.html", context, status=422 if form.is_bound else 200)


def _purse(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Sort the coupons that a person holds or has used by whether they can still be used."""
    now = now_utc()
    held = [grant.coupon for grant in CouponGrant.objects.filter(user_id=user_id).select_related("coupon")]
    uses = CouponUse.objects.filter(user_id=user_id, released_at__isnull=True).select_related("coupon")
    every = {coupon.pk: coupon for coupon in [*held, *(use.coupon for use in uses)]}
    facts = fetch_learner_facts(user_id=user_id, coupons=every.values())
    groups: dict[str, list[dict[str, Any]]] = {"usable": [], "used": [], "ended": []}
    for coupon in every.values():
        terms = to_terms(coupon)
        # Scope and floor depend on the goods, so the purse judges without them.
        verdict = judge_coupon(
            coupon=terms,
            base_minor=max(1, coupon.floor_minor),
            in_scope=True,
            currency=coupon.currency,
            facts=facts,
            now=now,
        )
        if verdict.is_usable or verdict.reason == "not_started":
            group = "usable"
        elif verdict.reason == "used_by_you":
            group = "used"
        else:
            group = "ended"
        groups[group].append(
            {
                "coupon": coupon,
                "off": f"−{coupon.percent}%"
                if coupon.kind == "percent"
                else f"−{money_label(coupon.amount_minor, coupon.currency)}",
                "floor": money_label(coupon.floor_minor, coupon.currency) if coupon.floor_minor else "",
                "reason": "" if verdict.is_usable else reason_label(reason=verdict.reason),
            }
        )
    return groups
