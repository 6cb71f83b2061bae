"""What a refund takes from which line and which payment, and whose access it ends. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from payments.domain.pricing import allocate


@dataclass(frozen=True, kw_only=True)
class RefundableLine:
    """A line with what was paid for it and what went back already, in minor units."""

    line_id: int
    total_minor: int
    refunded_minor: int = 0

    @property
    def left_minor(self) -> int:
        """Return what may still go back for it."""
        return self.total_minor - self.refunded_minor


@dataclass(frozen=True, kw_only=True)
class RefundablePayment:
    """A confirmed payment with what went back already; `is_extra` marks money that bought nothing."""

    payment_id: int
    amount_minor: int
    refunded_minor: int = 0
    is_extra: bool = False

    @property
    def left_minor(self) -> int:
        """Return what may still go back by it."""
        return self.amount_minor - self.refunded_minor


@dataclass(frozen=True, kw_only=True)
class RefundPlan:
    """What goes back: in all, for each line, by each payment; and the lines whose access ends."""

    amount_minor: int
    by_line: dict[int, int]
    by_payment: dict[int, int]
    ended_line_ids: tuple[int, ...]


class RefundImpossible(ValueError):
    """The refund asked for does not fit what was paid; the message is a code: nothing_left, too_much,
    unknown_line, extra_first."""


def plan_refund(
    *,
    lines: Sequence[RefundableLine],
    payments: Sequence[RefundablePayment],
    line_ids: Sequence[int] | None = None,
    amount_minor: int | None = None,
) -> RefundPlan:
    """Plan a refund of whole lines, of an amount, or (neither given) of everything that is left.

    The policy: a line that is given back in full loses its access; a gesture of money over a part of a line keeps it.
    Money that bought nothing (late, or paid twice) goes back first when an amount or everything is asked for, and it
    belongs to no line; while there is such money, lines wait (extra_first). RefundImpossible when it does not fit.
    """
    extra = [payment for payment in payments if payment.is_extra and payment.left_minor]
    bought = [payment for payment in payments if not payment.is_extra and payment.left_minor]
    extra_left = sum(payment.left_minor for payment in extra)
    bought_left = sum(payment.left_minor for payment in bought)
    if line_ids is not None:
        chosen = [line for line in lines if line.line_id in set(line_ids)]
        if not chosen or len(chosen) != len(set(line_ids)):
            raise RefundImpossible("unknown_line")
        if extra_left:
            raise RefundImpossible("extra_first")
        by_line = {line.line_id: line.left_minor for line in chosen}
        amount = sum(by_line.values())
        sources = bought
        if amount > bought_left:
            raise RefundImpossible("too_much")
    else:
        amount = extra_left + bought_left if amount_minor is None else amount_minor
        if amount > extra_left + bought_left:
            raise RefundImpossible("too_much")
        sources = [*extra, *bought]
        for_lines = max(0, amount - extra_left)
        weights = {f"{line.line_id:020d}": line.left_minor for line in lines if line.left_minor}
        by_line = {int(key): part for key, part in allocate(for_lines, weights).items() if part}
    if amount <= 0:
        raise RefundImpossible("nothing_left")
    by_payment: dict[int, int] = {}
    rest = amount
    for payment in sources:
        part = min(rest, payment.left_minor)
        if part:
            by_payment[payment.payment_id] = part
            rest -= part
    left = {line.line_id: line.left_minor for line in lines}
    ended = tuple(line_id for line_id, part in by_line.items() if part == left[line_id])
    return RefundPlan(amount_minor=amount, by_line=by_line, by_payment=by_payment, ended_line_ids=ended)
