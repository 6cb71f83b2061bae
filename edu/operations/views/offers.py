"""Offers: making them, putting them on sale, taking them off."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from edu.access.queries import list_products
from edu.analytics.queries import CURRENCY
from edu.core.errors import DomainError, NotFound
from edu.core.money import Money
from edu.operations.forms import OfferFilterForm, OfferForm
from edu.operations.permissions import operator_required
from payments import queries as payments
from payments.services import create_offer, publish_offer, take_off_sale

KINDS = {
    "course": _("course"),
    "lesson": _("lesson"),
    "paper": _("paper"),
    "exam": _("exam"),
    "bank": _("question bank"),
    "bundle": _("bundle"),
    "seats": _("seats for an organisation"),
}
STATUS_TONES = {"on_sale": "success", "draft": "info", "off_sale": ""}


@operator_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List all offers with their status."""
    form = OfferFilterForm(request.GET or None)
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = payments.list_offers(status=values.get("status", ""), query=values.get("q", ""))
    names = dict(OfferFilterForm.STATUSES)
    context = {
        "title": gettext("Offers"),
        "desk": "operator",
        "filter_form": form,
        "rows": [
            {
                "offer": offer,
                "tone": STATUS_TONES.get(offer.status, ""),
                "status_label": names.get(offer.status),
                "kind_label": KINDS.get(offer.kind, offer.kind),
            }
            for offer in found
        ],
    }
    return render(request, "operations/offers.html", context)


def _minor(amount: Decimal | None) -> int | None:
    return None if amount is None else Money.from_decimal(amount, CURRENCY).minor


def _terms(form: OfferForm) -> dict[str, Any]:
    """Return what the form says as create_offer takes it."""
    values = form.cleaned_data
    key = values["product_key"]
    if values["kind"] == "bundle":
        own: dict[str, Any] = {"kind": "bundle", "item_keys": values["item_keys"]}
    elif values["kind"] == "seats":
        own = {"kind": "seats", "product_key": key}
    else:
        own = {"kind": key.split(":", 1)[0], "product_key": key}
    return {
        "title": values["title"] or form.titles.get(key, ""),
        "price_minor": _minor(values["price"]),
        "list_price_minor": _minor(values["list_price"]),
        "currency": CURRENCY,
        "access_days": values["access_days"],
        **own,
    }


@operator_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Make an offer, as a draft or on sale at once."""
    products = list_products()
    form = OfferForm(request.POST or None, products=products)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    offer = create_offer(actor=request.user, **_terms(form))
                    if form.cleaned_data["publish"]:
                        publish_offer(actor=request.user, offer_public_id=offer.public_id)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, gettext("The offer is made."))
                return redirect("operations:offers")
    context = {
        "title": gettext("New offer"),
        "desk": "operator",
        "form": form,
        "has_products": bool(products),
        "currency": CURRENCY,
    }
    return render(request, "operations/offer_create.html", context, status=status)


@operator_required
@require_POST
def set_sale(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put an offer on sale or take it off; its buyers keep what they have."""
    try:
        payments.get_offer(public_id=public_id)
    except NotFound as error:
        raise Http404 from error
    try:
        if request.POST.get("on_sale") == "1":
            publish_offer(actor=request.user, offer_public_id=public_id)
            messages.success(request, gettext("The offer is on sale."))
        else:
            take_off_sale(actor=request.user, offer_public_id=public_id)
            messages.success(request, gettext("The offer is off sale. Its buyers keep their access."))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("operations:offers")
