"""The website room."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class WebsiteConfig(AppConfig):
    """Registration of the website room."""

    name = "edu.website"
    label = "website"

    def ready(self) -> None:
        """Let operators into the site's editor as soon as they are made operators, and out when they are not."""
        from django.contrib.auth import get_user_model

        post_save.connect(_sync_editor, sender=get_user_model(), dispatch_uid="website.site_editor")


def _sync_editor(instance: Any, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    """Follow the field is_operator; saves that leave it alone, and new learners, cost nothing."""
    from edu.website.setup import sync_site_editor

    if kwargs.get("raw") or (update_fields is not None and not {"is_operator", "is_active"} & set(update_fields)):
        return
    if instance.is_operator or not created:
        sync_site_editor(user=instance)
