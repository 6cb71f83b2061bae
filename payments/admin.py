"""Money in the Django admin: to be read, never to be edited. What changes it are the use cases."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from payments.models import LedgerEntry, LedgerPosting, Order, OrderLine, Payment, ProviderEvent, Refund


class ReadOnly:
    """Mixin: everything may be looked at, nothing added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class LineInline(ReadOnly, admin.TabularInline):  # type: ignore[misc, type-arg] # generic only in the stubs
    """Lines under their order."""

    model = OrderLine
    fields = ["title", "kind", "product_key", "quantity", "total_minor", "refunded_minor", "opened_at", "ended_at"]


class PaymentInline(ReadOnly, admin.TabularInline):  # type: ignore[misc, type-arg] # generic only in the stubs
    """Payments under their order."""

    model = Payment
    fields = ["public_id", "provider", "state", "amount_minor", "currency", "confirmed_at", "is_extra"]
    readonly_fields = ["public_id"]


class PostingInline(ReadOnly, admin.TabularInline):  # type: ignore[misc, type-arg] # generic only in the stubs
    """Postings under their entry."""

    model = LedgerPosting
    fields = ["account", "amount_minor"]


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[misc, type-arg] # generic only in the stubs
    """Orders, to be read."""

    list_display = ["number", "user", "state", "flag", "total_minor", "currency", "placed_at"]
    list_filter = ["state", "flag", "placed_at"]
    search_fields = ["number", "user__phone", "user__email", "user__real_name"]
    list_select_related = ["user"]
    inlines = [LineInline, PaymentInline]


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[misc, type-arg] # generic only in the stubs
    """Payments, to be read."""

    list_display = ["public_id", "order", "provider", "state", "amount_minor", "currency", "created_at"]
    list_filter = ["provider", "state"]
    list_select_related = ["order"]


@admin.register(Refund)
class RefundAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[misc, type-arg] # generic only in the stubs
    """Refunds, to be read."""

    list_display = ["public_id", "order", "state", "amount_minor", "currency", "reason", "created_at"]
    list_filter = ["state"]
    list_select_related = ["order"]


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[misc, type-arg] # generic only in the stubs
    """Notifications of providers, to be read."""

    list_display = ["provider", "event_id", "kind", "outcome", "note", "amount_minor", "currency", "received_at"]
    list_filter = ["provider", "outcome"]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[misc, type-arg] # generic only in the stubs
    """The ledger, to be read."""

    list_display = ["source", "kind", "order", "currency", "posted_at"]
    list_filter = ["kind", "currency"]
    list_select_related = ["order"]
    inlines = [PostingInline]
