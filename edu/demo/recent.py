"""The last days of the demo: however chance spread the history, the operator's figures of each show sales and work."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

from django.utils import timezone

from edu.access.models import Grant
from edu.accounts.models import User
from edu.demo.purchases import buy
from payments.models import Offer

DAYS = 3
"""How many whole days before today are made lively."""
ORDERS_A_DAY = (3, 6)
"""Fewest and most orders that are added to each of them, as far as there are people who want something."""
KINDS = ("lesson", "paper", "course")


def moments_of_recent_days(*, now: datetime, chance: random.Random, each: int) -> list[datetime]:
    """Return `each` moments of every one of the last DAYS whole days in the site's time zone, in working order."""
    today = timezone.localdate(now)
    found = []
    for back in range(DAYS, 0, -1):
        start = timezone.make_aware(datetime.combine(today - timedelta(days=back), time(8)))
        found += sorted(start + timedelta(minutes=chance.randrange(14 * 60)) for _moment in range(each))
    return found


def enliven_recent_days(
    *, people: Sequence[User], practise: Callable[[User, datetime], None], now: datetime, chance: random.Random
) -> int:
    """Let people of the history buy small things and practise on each of the last days; return how many orders."""
    offers = list(Offer.objects.filter(status="on_sale", kind__in=KINDS).order_by("price_minor", "pk"))
    made = 0
    if not people or not offers:
        return made
    for at in moments_of_recent_days(now=now, chance=chance, each=chance.randint(*ORDERS_A_DAY)):
        made += _somebody_buys(people, offers, at=at, chance=chance)
        practise(chance.choice(list(people)), at + timedelta(minutes=20))
    return made


def _somebody_buys(people: Sequence[User], offers: Sequence[Offer], *, at: datetime, chance: random.Random) -> bool:
    """Let the first of the shuffled people who may buy one of the things do so; False when nobody may."""
    wanted = chance.sample(list(offers), k=len(offers))
    for user in chance.sample(list(people), k=len(people)):
        held = set(Grant.objects.filter(user=user).values_list("product_key", flat=True))
        for offer in wanted:
            if offer.product_key in held or user.date_joined >= at:
                continue
            if buy(user, offer, at=at, key=f"recent-{user.pk}-{offer.pk}-{at:%Y%m%d%H%M}") is not None:
                return True
    return False
