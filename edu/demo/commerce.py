"""What the demo sells beside courses: a bundle, seats, coupons."""

from typing import Any

from edu.accounts.models import User
from edu.demo import content
from edu.demo.subjects import Subject, sell
from payments import services as payments
from payments.models import Coupon, Offer


def load_commerce(*, operator: User, learner: User, subjects: dict[str, Subject]) -> None:
    """Put the bundle and the coupons on sale once."""
    site = content.read("site")
    for plan in site["bundles"]:
        title = plan["title"]["zh-hans"]
        if not Offer.objects.filter(title=title).exists():
            sell(
                operator=operator,
                title=title,
                kind="bundle",
                price_minor=plan["price_minor"],
                list_price_minor=sum(
                    content.read(name, "course")["price_minor"] for name in plan["contents"] if name in subjects
                ),
                description=plan["text"]["zh-hans"],
                item_keys=[subjects[name].course.product_key for name in plan["contents"]],
            )
    for plan in site["coupons"]:
        if not Coupon.objects.filter(code=plan["code"]).exists():
            payments.create_coupon(
                actor=operator, code=plan["code"], title=plan["title"]["zh-hans"], **_coupon_terms(plan)
            )
            payments.give_coupon(actor=operator, code=plan["code"], user_ids=[learner.pk])


def _coupon_terms(plan: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a coupon from its plan."""
    names = ("kind", "percent", "amount_minor", "floor_minor", "per_learner_limit")
    terms = {name: plan[name] for name in names if name in plan}
    if plan.get("first_order_only"):
        terms["first_order_only"] = True
    if plan.get("stackable"):
        terms["is_stackable"] = True
    return terms
