"""The website room."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class WebsiteConfig(AppConfig):
    """Registration of the website room."""

    name = "edu.website"
    label = "website"

    def ready(self) -> None:
        """Let operators into the site's editor while they are operators; name the site in mails as its pages do."""
        from django.contrib.auth import get_user_model

        from edu.core.site_identity import set_site_identity

        set_site_identity(_site_identity)
        post_save.connect(_sync_editor, sender=get_user_model(), dispatch_uid="website.site_editor")


def _site_identity() -> Any:
    """Return the name and the contact address of the site's settings, None before there is a site."""
    from edu.website.queries import find_site_identity

    return find_site_identity()


def _sync_editor(instance: Any, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    """Follow the field is_operator; saves that leave it alone, and new learners, cost nothing."""
    from edu.website.setup import sync_site_editor

    if kwargs.get("raw") or (update_fields is not None and not {"is_operator", "is_active"} & set(update_fields)):
        return
    if instance.is_operator or not created:
        sync_site_editor(user=instance)
