"""What may become of an order, a payment and a refund: tables, and what each event does. Pure."""

from dataclasses import dataclass
from typing import Literal

OrderState = Literal["draft", "pending", "paid", "partially_refunded", "refunded", "cancelled", "expired"]
PaymentState = Literal["created", "pending", "confirmed", "failed", "cancelled"]
RefundState = Literal["created", "pending", "done", "failed", "cancelled"]
Flag = Literal["", "late_payment", "paid_twice"]

ORDER_MOVES: dict[OrderState, frozenset[OrderState]] = {
    "draft": frozenset({"pending", "paid", "cancelled"}),
    "pending": frozenset({"paid", "cancelled", "expired"}),
    "paid": frozenset({"partially_refunded", "refunded"}),
    "partially_refunded": frozenset({"refunded"}),
    "refunded": frozenset(),
    # Money that came too late opens what was given up only when it is accepted.
    "cancelled": frozenset({"paid"}),
    "expired": frozenset({"paid"}),
}
GIVEN_UP: frozenset[OrderState] = frozenset({"cancelled", "expired"})
PAYMENT_MOVES: dict[PaymentState, frozenset[PaymentState]] = {
    "created": frozenset({"pending", "confirmed", "failed", "cancelled"}),
    "pending": frozenset({"confirmed", "failed", "cancelled"}),
    # Notifications come late and out of order: money that has arrived outweighs earlier news that it would not.
    "failed": frozenset({"confirmed"}),
    "cancelled": frozenset({"confirmed"}),
    "confirmed": frozenset(),
}
REFUND_MOVES: dict[RefundState, frozenset[RefundState]] = {
    "created": frozenset({"pending", "done", "failed"}),
    "pending": frozenset({"done", "failed"}),
    # A refused refund may be sent again or given up; money that went back all the same outweighs both.
    "failed": frozenset({"created", "done", "cancelled"}),
    "cancelled": frozenset({"done"}),
    "done": frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """An order as the decision sees it; money in minor units. `paid_minor` counts every confirmed payment."""

    state: OrderState
    currency: str
    total_minor: int
    paid_minor: int = 0
    refunded_minor: int = 0
    flag: Flag = ""


@dataclass(frozen=True, kw_only=True)
class PaymentFacts:
    """The payment that an event is about, as we asked for it."""

    state: PaymentState
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentConfirmed:
    """The provider says that it has the money.

    `obstacles` say why an order whose time ran out should not be opened with it after all (the price has changed, the
    offer is off sale, ...): codes, none when everything still stands. They are read only when the money comes late.
    """

    payment: PaymentFacts
    amount_minor: int
    currency: str
    obstacles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LateMoneyAccepted:
    """An operator opens an order that was given up with the money that came too late.

    `reserved_minor` is what of that payment went back or is about to, minor units.
    """

    payment: PaymentFacts
    reserved_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class PaymentEnded:
    """The provider says that no money will come by this payment."""

    payment: PaymentFacts
    outcome: Literal["failed", "cancelled"]


@dataclass(frozen=True, kw_only=True)
class Closed:
    """The buyer or an operator gives the order up, or its time ran out."""

    outcome: Literal["cancelled", "expired"]


@dataclass(frozen=True, kw_only=True)
class FreeOrderPlaced:
    """An order over nothing was placed."""


@dataclass(frozen=True, kw_only=True)
class RefundDone:
    """Money went back to the buyer."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class RefundFacts:
    """A refund as we asked for it; money in minor units."""

    state: RefundState
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class RefundAnswered:
    """The provider says what became of a refund."""

    outcome: Literal["done", "failed"]
    amount_minor: int
    currency: str


OrderEvent = PaymentConfirmed | LateMoneyAccepted | PaymentEnded | Closed | FreeOrderPlaced | RefundDone
Verdict = Literal["accepted", "no_change", "refused"]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What an event does: the order's and the payment's next states, money in or out, and the flag afterwards.

    `no_change` is news that we have already or that comes too late to matter; `refused` contradicts what we asked for,
    and `reason` says how. Both leave everything as it is.
    """

    verdict: Verdict
    order_state: OrderState
    payment_state: PaymentState | None = None
    paid_delta_minor: int = 0
    refunded_delta_minor: int = 0
    flag: Flag = ""
    reason: str = ""


def may_move_order(*, before: OrderState, after: OrderState) -> bool:
    """Whether an order may go from one state to another."""
    return after in ORDER_MOVES[before]


def may_move_payment(*, before: PaymentState, after: PaymentState) -> bool:
    """Whether a payment may go from one state to another."""
    return after in PAYMENT_MOVES[before]


def may_move_refund(*, before: RefundState, after: RefundState) -> bool:
    """Whether a refund may go from one state to another."""
    return after in REFUND_MOVES[before]


def decide(order: OrderFacts, event: OrderEvent) -> Decision:
    """Return what `event` does to `order`.

    Money that arrives for an order whose time ran out opens it when everything still stands. Other late money, and
    money that comes a second time, is taken and flagged: it opens nothing by itself and never gets lost.
    """
    if isinstance(event, PaymentConfirmed):
        return _decide_money(order, event)
    if isinstance(event, LateMoneyAccepted):
        return _decide_acceptance(order, event)
    if isinstance(event, PaymentEnded):
        return _decide_end(order, event)
    if isinstance(event, RefundDone):
        return _decide_refund(order, event)
    if isinstance(event, FreeOrderPlaced):
        if order.total_minor != 0 or order.state in GIVEN_UP:
            return _refuse(order, "not_free")
        return _move(order, "paid")
    return _move(order, event.outcome)


def _refuse(order: OrderFacts, reason: str) -> Decision:
    return Decision(verdict="refused", order_state=order.state, flag=order.flag, reason=reason)


def _keep(order: OrderFacts, reason: str) -> Decision:
    return Decision(verdict="no_change", order_state=order.state, flag=order.flag, reason=reason)


def _move(order: OrderFacts, after: OrderState) -> Decision:
    if order.state == after:
        return _keep(order, "already")
    if not may_move_order(before=order.state, after=after):
        return _refuse(order, f"{order.state}_not_{after}")
    return Decision(verdict="accepted", order_state=after, flag=order.flag)


def _decide_money(order: OrderFacts, event: PaymentConfirmed) -> Decision:
    if event.currency != event.payment.currency or event.currency != order.currency:
        return _refuse(order, "wrong_currency")
    if event.amount_minor != event.payment.amount_minor:
        return _refuse(order, "wrong_amount")
    if not may_move_payment(before=event.payment.state, after="confirmed"):
        return _keep(order, "already")
    if order.state == "pending":
        # A payment over less than the order cannot open it; we never ask for one.
        if event.amount_minor != order.total_minor:
            return _refuse(order, "wrong_amount")
        state, flag, reason = "paid", order.flag, ""
    elif _opens_late(order, event):
        state, flag, reason = "paid", "", "late_accepted"
    else:
        reason = event.obstacles[0] if order.state == "expired" and event.obstacles else ""
        flag = "late_payment" if order.state in {"draft", "cancelled", "expired"} else "paid_twice"
        state = order.state
    return Decision(
        verdict="accepted",
        order_state=state,  # type: ignore[arg-type] # one of the literals above
        payment_state="confirmed",
        paid_delta_minor=event.amount_minor,
        flag=flag,  # type: ignore[arg-type] # one of the literals above
        reason=reason,
    )


def _opens_late(order: OrderFacts, event: PaymentConfirmed) -> bool:
    """Whether late money opens the order by itself: its time ran out, nobody gave it up, and nothing has changed."""
    is_whole = event.amount_minor == order.total_minor and order.paid_minor == 0
    return order.state == "expired" and is_whole and not event.obstacles


def _decide_acceptance(order: OrderFacts, event: LateMoneyAccepted) -> Decision:
    if order.state == "paid":
        return _keep(order, "already")
    if order.state not in GIVEN_UP:
        return _refuse(order, f"{order.state}_not_paid")
    if event.payment.state != "confirmed" or event.payment.currency != order.currency:
        return _refuse(order, "no_late_money")
    if event.reserved_minor:
        return _refuse(order, "going_back")
    if event.payment.amount_minor != order.total_minor:
        return _refuse(order, "wrong_amount")
    is_more = order.paid_minor - order.refunded_minor > order.total_minor
    return Decision(
        verdict="accepted", order_state="paid", flag="paid_twice" if is_more else "", reason="late_accepted"
    )


def judge_answer(refund: RefundFacts, answer: RefundAnswered) -> tuple[Verdict, str]:
    """Return whether a provider's answer about a refund is taken, and why not.

    Answers come late, twice and out of order: what contradicts the amount is refused, what is known or was outweighed
    is no news.
    """
    if answer.currency != refund.currency:
        return "refused", "wrong_currency"
    if answer.amount_minor != refund.amount_minor:
        return "refused", "wrong_amount"
    if not may_move_refund(before=refund.state, after=answer.outcome):
        return "no_change", "already"
    return "accepted", ""


def _decide_end(order: OrderFacts, event: PaymentEnded) -> Decision:
    if not may_move_payment(before=event.payment.state, after=event.outcome):
        return _keep(order, "already")
    return Decision(verdict="accepted", order_state=order.state, payment_state=event.outcome, flag=order.flag)


def _decide_refund(order: OrderFacts, event: RefundDone) -> Decision:
    if event.currency != order.currency:
        return _refuse(order, "wrong_currency")
    kept = order.paid_minor - order.refunded_minor - event.amount_minor
    if event.amount_minor <= 0 or kept < 0:
        return _refuse(order, "wrong_amount")
    state: OrderState = order.state
    if state in {"paid", "partially_refunded"}:
        if kept == 0:
            state = "refunded"
        elif kept < order.total_minor:
            state = "partially_refunded"
        owed = order.total_minor
    else:
        owed = 0
    return Decision(
        verdict="accepted",
        order_state=state,
        refunded_delta_minor=event.amount_minor,
        flag=order.flag if kept > owed else "",
    )
