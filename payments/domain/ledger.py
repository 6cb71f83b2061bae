"""Double entry: the balanced postings of a payment, of revenue and of a refund. Pure.

Debits are positive, credits negative, in minor units of one currency. `clearing:<provider>` is what a provider holds
for us; `deposits` is what we owe buyers until goods are opened; `revenue` is earned; `refunds` is revenue given back.
"""

from collections.abc import Iterable
from dataclasses import dataclass

DEPOSITS = "deposits"
REVENUE = "revenue"
REFUNDS = "refunds"


class UnbalancedEntry(ValueError):
    """The postings of an entry do not add up to nothing."""


@dataclass(frozen=True, kw_only=True)
class Posting:
    """An amount on an account: positive = debit, negative = credit."""

    account: str
    amount_minor: int


def clearing(provider: str) -> str:
    """Return the account of the money that a provider holds for us."""
    return f"clearing:{provider}"


def balanced(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """Return the postings without empty ones; UnbalancedEntry unless they add up to nothing."""
    kept = tuple(posting for posting in postings if posting.amount_minor)
    if sum(posting.amount_minor for posting in kept):
        raise UnbalancedEntry([(posting.account, posting.amount_minor) for posting in kept])
    return kept


def payment_postings(*, provider: str, amount_minor: int) -> tuple[Posting, ...]:
    """Money came in: the provider holds it, we owe it."""
    return balanced(
        (
            Posting(account=clearing(provider), amount_minor=amount_minor),
            Posting(account=DEPOSITS, amount_minor=-amount_minor),
        )
    )


def revenue_postings(*, amount_minor: int) -> tuple[Posting, ...]:
    """The goods of an order were opened: what was owed is earned."""
    return balanced(
        (Posting(account=DEPOSITS, amount_minor=amount_minor), Posting(account=REVENUE, amount_minor=-amount_minor))
    )


def refund_postings(*, provider: str, earned_minor: int, unearned_minor: int) -> tuple[Posting, ...]:
    """Money went back: the earned part lowers revenue, the unearned part (late, twice) was only owed."""
    return balanced(
        (
            Posting(account=REFUNDS, amount_minor=earned_minor),
            Posting(account=DEPOSITS, amount_minor=unearned_minor),
            Posting(account=clearing(provider), amount_minor=-earned_minor - unearned_minor),
        )
    )
