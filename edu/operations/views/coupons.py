"""Coupons: what each has cost, making new ones, switching them off and on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from edu.analytics.queries import CURRENCY
from edu.core.errors import DomainError, InvalidInput
from edu.core.money import Money
from edu.operations.forms import CouponForm, end_of
from edu.operations.permissions import operator_required
from payments import queries as payments
from payments.services import create_coupon, set_coupon_active


def _terms(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the form says as create_coupon takes it."""
    own: dict[str, Any]
    if values["percent"]:
        own = {"kind": "percent", "percent": values["percent"]}
    else:
        own = {"kind": "fixed", "amount_minor": Money.from_decimal(values["amount"], CURRENCY).minor}
    if values["floor"]:
        own["floor_minor"] = Money.from_decimal(values["floor"], CURRENCY).minor
    return own | {
        "currency": CURRENCY,
        "per_learner_limit": values["per_learner_limit"],
        "total_limit": values["total_limit"],
        "first_order_only": values["first_order_only"],
        "ends_at": end_of(values["until_on"]),
    }


@operator_required
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """List coupons with their uses and cost; make a new one."""
    form = CouponForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                create_coupon(actor=request.user, code=values["code"], title=values["title"], **_terms(values))
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, _("The coupon is made."))
                return redirect("operations:coupons")
    context = {
        "title": _("Coupons"),
        "desk": "operator",
        "coupons": payments.list_coupon_costs(),
        "form": form,
        "currency": CURRENCY,
    }
    return render(request, "operations/coupons.html", context, status=status)


@operator_required
@require_POST
def set_active(request: HttpRequest, code: str) -> HttpResponse:
    """Switch a coupon on or off; orders that have it keep it."""
    is_active = request.POST.get("active") == "1"
    try:
        set_coupon_active(actor=request.user, code=code, is_active=is_active)
    except InvalidInput as error:
        raise Http404 from error
    messages.success(request, _("The coupon is switched on.") if is_active else _("The coupon is switched off."))
    return redirect("operations:coupons")
