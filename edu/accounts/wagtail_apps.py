"""Wagtail's users app with our pages of users; stands in INSTALLED_APPS in place of "wagtail.users"."""

from wagtail.users.apps import WagtailUsersAppConfig


class OwnUsersAppConfig(WagtailUsersAppConfig):  # type: ignore[misc] # Wagtail is untyped
    """Registration of Wagtail's users app."""

    user_viewset = "edu.accounts.wagtail_users.OwnUserViewSet"
