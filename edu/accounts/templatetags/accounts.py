"""Template tags of the sign-in pages."""

from django import template
from django.urls import NoReverseMatch, reverse

from edu.accounts.demo import DemoAccount, list_demo_accounts
from edu.accounts.phones import format_phone

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[DemoAccount]:
    """Return the demo's accounts where the demo sign-in is on; none elsewhere."""
    return list_demo_accounts()


@register.simple_tag
def mailbox_url() -> str:
    """Return the address of the development mailbox, or nothing where mails are really sent."""
    try:
        return reverse("dev:mailbox")
    except NoReverseMatch:
        return ""


@register.filter
def phone(value: str | None) -> str:
    """Return an E.164 phone as people write it."""
    return format_phone(phone=value) if value else ""
