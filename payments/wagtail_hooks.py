"""Offers and coupons in the site editor. Saving one goes through the same door and audit as a use case."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet, SnippetViewSetGroup

from edu.core.errors import DomainError
from payments.checkout import coupons, offers
from payments.editor_forms import ShopForm
from payments.models import Coupon, Offer
from payments.policies import is_shop_operator


class ShopPolicy(ModelPermissionPolicy):
    """Operators add and change; nobody deletes, since orders point at what was sold."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Whether the person may do this at all."""
        return action != "delete" and is_shop_operator(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        """Whether the person may do any of these."""
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        """Whether the person may do this to one of them: the same for all."""
        return self.user_has_permission(user, action)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        """Return all of them for an operator, none for others."""
        rows = self.model._default_manager.all()
        return rows if self.user_has_any_permission(user, actions) else rows.none()


class _Recorded:
    """Mixin of the create and edit views: the row, its door and the audit entry are saved together."""

    is_new = False

    def save_instance(self) -> Any:
        """Save; a bundle that cannot go on sale is refused with the reason."""
        user = self.request.user  # type: ignore[attr-defined] # a view
        if not is_shop_operator(user):
            raise PermissionDenied
        with transaction.atomic():
            row = super().save_instance()  # type: ignore[misc] # the view it is mixed into
            if isinstance(row, Offer):
                offers.record_edit(actor=user, offer=row, is_new=self.is_new)
            else:
                coupons.record_edit(actor=user, coupon=row, is_new=self.is_new)
        return row

    def form_valid(self, form: Any) -> Any:
        """Turn what the use case refuses into an error of the form."""
        try:
            return super().form_valid(form)  # type: ignore[misc] # the view it is mixed into
        except DomainError as error:
            form.add_error(None, error.message)
            return self.form_invalid(form)  # type: ignore[attr-defined] # a view


class ShopCreateView(_Recorded, CreateView):
    """Adding an offer or a coupon."""

    is_new = True


class ShopEditView(_Recorded, EditView):
    """Changing an offer or a coupon."""


class OfferViewSet(SnippetViewSet):
    """Offers: what is sold and for how much."""

    model = Offer
    icon = "tag"
    menu_label = _("Offers")
    list_display = ["title", "kind", "price_label", "status"]
    list_filter = ["status", "kind"]
    search_fields = ["title", "product_key"]
    add_view_class = ShopCreateView
    edit_view_class = ShopEditView
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldRowPanel([FieldPanel("kind"), FieldPanel("product_key")]),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("price_minor"), FieldPanel("list_price_minor"), FieldPanel("currency")])],
                heading=_("Price"),
            ),
            FieldRowPanel([FieldPanel("status"), FieldPanel("access_days"), FieldPanel("organization_only")]),
            FieldPanel("description"),
        ],
        base_form_class=ShopForm,
    )


class CouponViewSet(SnippetViewSet):
    """Coupons: what they take off, for whom and until when."""

    model = Coupon
    icon = "tick-inverse"
    menu_label = _("Coupons")
    list_display = ["title", "code", "kind", "ends_at", "is_active"]
    list_filter = ["is_active", "kind"]
    search_fields = ["title", "code"]
    add_view_class = ShopCreateView
    edit_view_class = ShopEditView
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("title"), FieldPanel("code")]),
            FieldRowPanel(
                [FieldPanel("kind"), FieldPanel("percent"), FieldPanel("amount_minor"), FieldPanel("currency")]
            ),
            FieldRowPanel([FieldPanel("floor_minor"), FieldPanel("ceiling_minor")]),
            FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
            FieldRowPanel([FieldPanel("total_limit"), FieldPanel("per_learner_limit")]),
            FieldRowPanel([FieldPanel("is_stackable"), FieldPanel("first_order_only")]),
            FieldRowPanel([FieldPanel("is_claimable"), FieldPanel("is_active")]),
            FieldPanel("kinds"),
            FieldPanel("product_keys"),
        ],
        base_form_class=ShopForm,
    )


class ShopGroup(SnippetViewSetGroup):
    """The shop's menu in the site editor."""

    items = (OfferViewSet, CouponViewSet)
    menu_label = _("Shop")
    menu_icon = "tag"
    menu_order = 300


register_permission_policy(Offer, ShopPolicy(Offer))
register_permission_policy(Coupon, ShopPolicy(Coupon))
register_snippet(ShopGroup)
