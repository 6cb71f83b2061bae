"""The public reads of the payments room: offers, orders, what happened to them, and figures. Nothing here writes."""

from payments.reads.figures import (
    CouponCost,
    DailyTotals,
    count_needing_attention,
    list_coupon_costs,
    list_daily_totals,
    list_income_by_offer,
)
from payments.reads.history import (
    LateMoneyView,
    OrderStep,
    RefundView,
    find_late_money,
    list_order_steps,
    list_refunds,
)
from payments.reads.offers import OfferView, find_offer_for, get_offer, list_offers, list_seat_offers
from payments.reads.orders import (
    OrderLineView,
    OrderPage,
    OrderView,
    find_orders,
    get_order,
    get_order_by_public_id,
    list_export_headers,
    list_export_rows,
    list_orders_of,
)

__all__ = [
    "CouponCost",
    "DailyTotals",
    "LateMoneyView",
    "OfferView",
    "OrderLineView",
    "OrderPage",
    "OrderStep",
    "OrderView",
    "RefundView",
    "count_needing_attention",
    "find_late_money",
    "find_offer_for",
    "find_orders",
    "get_offer",
    "get_order",
    "get_order_by_public_id",
    "list_coupon_costs",
    "list_daily_totals",
    "list_export_headers",
    "list_export_rows",
    "list_income_by_offer",
    "list_offers",
    "list_order_steps",
    "list_orders_of",
    "list_refunds",
    "list_seat_offers",
]
