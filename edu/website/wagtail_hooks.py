"""The page editor's frame: people stand in it with the name that they show, not with their technical account name."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks


@hooks.register("construct_main_menu")
def show_display_name(request: HttpRequest, menu_items: list[Any]) -> None:
    """Let the side bar greet by the display name: it reads the first name, which our accounts leave empty."""
    user: Any = request.user
    if not user.first_name:
        user.first_name = user.get_short_name()[:150]
