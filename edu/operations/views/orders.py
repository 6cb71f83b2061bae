"""Orders: finding, reading, refunding, confirming transfers, exporting."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edu.accounts.queries import get_user
from edu.core.clock import now_utc
from edu.core.errors import DomainError, NotFound
from edu.core.money import Money
from edu.documents.xlsx import CONTENT_TYPE, Sheet, write_workbook
from edu.operations.forms import OrderFilterForm, RefundForm, TransferForm, new_key
from edu.operations.numbered_page import NumberedPage
from edu.operations.permissions import operator_required
from payments import queries as payments
from payments.services import (
    accept_late_payment,
    confirm_offline_payment,
    confirm_offline_refund,
    give_up_refund,
    refund_order,
    retry_refund,
)

PAGE_SIZE = 25
TONES = {"pending": "warning", "paid": "success", "partially_refunded": "info", "refunded": "info"}


def _chosen(form: OrderFilterForm) -> dict[str, Any]:
    """Return the filters that make sense; a wrong one is left out, and the form says so."""
    form.is_valid()
    values = form.cleaned_data if form.is_bound else {}
    return {
        "query": values.get("q", ""),
        "state": values.get("state", ""),
        "is_flagged": True if values.get("flagged") else None,
        "from_on": values.get("from_on"),
        "to_on": values.get("to_on"),
    }


@operator_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List orders, filtered, newest first."""
    form = OrderFilterForm(request.GET or None)
    found = payments.find_orders(**_chosen(form), page=_number(request.GET.get("page")), page_size=PAGE_SIZE)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "title": _("Orders"),
        "desk": "operator",
        "filter_form": form,
        "rows": [{"order": order, "tone": TONES.get(order.state, "")} for order in found.orders],
        "total": found.total,
        "page_obj": NumberedPage(number=found.page, pages=found.pages),
        "export_query": query.urlencode(),
    }
    return render(request, "operations/orders.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 7 else 1


@operator_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Give the orders found as a spreadsheet."""
    form = OrderFilterForm(request.GET or None)
    sheet = Sheet(
        name=_("Orders"), headers=payments.list_export_headers(), rows=payments.list_export_rows(**_chosen(form))
    )
    name = f"orders-{timezone.localdate():%Y-%m-%d}.xlsx"
    return HttpResponse(
        write_workbook(sheets=[sheet]),
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _get(public_id: uuid.UUID) -> payments.OrderView:
    try:
        return payments.get_order_by_public_id(public_id=public_id)
    except NotFound as error:
        raise Http404 from error


def _page(
    request: HttpRequest,
    order: payments.OrderView,
    *,
    refund_form: RefundForm | None = None,
    transfer_form: TransferForm | None = None,
    answer_error: str = "",
    status: int = 200,
) -> HttpResponse:
    due = Money(order.total_minor, order.currency).to_decimal()
    context = {
        "title": _("Order %(number)s") % {"number": order.number},
        "desk": "operator",
        "order": order,
        "tone": TONES.get(order.state, ""),
        "buyer": get_user(user_id=order.user_id),
        "left_minor": order.refundable_minor,
        "steps": payments.list_order_steps(order_id=order.order_id),
        "refunds": payments.list_refunds(order_id=order.order_id),
        "late": payments.find_late_money(order_id=order.order_id, now=now_utc()),
        "answer_error": answer_error,
        "can_refund": order.refundable_minor > 0,
        "can_confirm": order.state in {"pending", "expired", "cancelled"},
        "refund_form": refund_form or RefundForm(initial={"key": new_key()}),
        "transfer_form": transfer_form or TransferForm(initial={"amount": due}),
    }
    return render(request, "operations/order.html", context, status=status)


@operator_required
@require_GET
def order(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one order: goods, money, every step, and what may be done with it."""
    return _page(request, _get(public_id))


def _minor(amount: Any, currency: str) -> int:
    return Money.from_decimal(amount, currency).minor


@operator_required
@require_POST
def refund(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Refund an order, in whole or by an amount."""
    row = _get(public_id)
    form = RefundForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            result = refund_order(
                actor=request.user,
                order_public_id=public_id,
                reason=values["reason"],
                idempotency_key=values["key"],
                amount_minor=None if values["amount"] is None else _minor(values["amount"], row.currency),
            )
        except DomainError as error:
            form.add_error("amount" if error.field == "amount_minor" else None, error.message)
        else:
            _say(request, set(result.states))
            return redirect("operations:order", public_id)
    return _page(request, row, refund_form=form, status=422)


@operator_required
@require_POST
def transfer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Confirm that a bank transfer for an order arrived."""
    row = _get(public_id)
    form = TransferForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            outcome = confirm_offline_payment(
                actor=request.user,
                order_public_id=public_id,
                bank_reference=values["bank_reference"],
                amount_minor=_minor(values["amount"], row.currency),
                currency=row.currency,
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            if outcome == "refused":
                messages.warning(request, _("The amount differs from the order. The order stays open and is flagged."))
            else:
                messages.success(request, _("The transfer is booked."))
            return redirect("operations:order", public_id)
    return _page(request, row, transfer_form=form, status=422)


def _say(request: HttpRequest, states: set[str]) -> None:
    """Say what became of a refund, by the states of its parts."""
    if "failed" in states:
        messages.error(request, _("The provider refused the refund. Its money is still here; see below."))
    elif states == {"done"}:
        messages.success(request, _("The money has been sent back."))
    else:
        messages.success(request, _("The refund is on its way."))


@operator_required
@require_POST
def accept_late(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Open an order with the money that came after it had been given up."""
    _get(public_id)
    try:
        accept_late_payment(actor=request.user, order_public_id=public_id)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The payment is accepted and the order is open."))
    return redirect("operations:order", public_id)


def _check_refund(public_id: uuid.UUID, refund_id: uuid.UUID) -> payments.OrderView:
    """Return the order of a refund; 404 when it is not one of that order's."""
    row = _get(public_id)
    if refund_id not in {refund.public_id for refund in payments.list_refunds(order_id=row.order_id)}:
        raise Http404
    return row


@operator_required
@require_POST
def retry(request: HttpRequest, public_id: uuid.UUID, refund_id: uuid.UUID) -> HttpResponse:
    """Order a refund again that the provider had refused."""
    _check_refund(public_id, refund_id)
    try:
        _say(request, {retry_refund(actor=request.user, refund_public_id=refund_id)})
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("operations:order", public_id)


@operator_required
@require_POST
def give_up(request: HttpRequest, public_id: uuid.UUID, refund_id: uuid.UUID) -> HttpResponse:
    """Close a refund that the provider had refused."""
    _check_refund(public_id, refund_id)
    give_up_refund(actor=request.user, refund_public_id=refund_id)
    messages.success(request, _("The refund is given up. Its money stays with the order."))
    return redirect("operations:order", public_id)


@operator_required
@require_POST
def answer(request: HttpRequest, public_id: uuid.UUID, refund_id: uuid.UUID) -> HttpResponse:
    """Book that a refund was transferred by hand, or that it could not be."""
    row = _check_refund(public_id, refund_id)
    is_sent = request.POST.get("sent") == "1"
    try:
        confirm_offline_refund(
            actor=request.user,
            refund_public_id=refund_id,
            is_sent=is_sent,
            bank_reference=request.POST.get("bank_reference", ""),
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return _page(request, row, answer_error=error.message, status=422)
    _say(request, {"done"} if is_sent else {"failed"})
    return redirect("operations:order", public_id)
