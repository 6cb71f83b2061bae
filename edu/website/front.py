"""What the front pages show beside their own text. The only place where the website reads other rooms."""

from typing import Any

from django.http import HttpRequest

from edu.core.clock import now_utc
from edu.website.forms import EnquiryForm
from edu.website.models.settings import Banner


def front_context(request: HttpRequest) -> dict[str, Any]:
    """Return banners, course cards, categories and an empty enquiry form."""
    user_id = request.user.pk if getattr(request, "user", None) and request.user.is_authenticated else None
    return {
        "banners": Banner.objects.showing(now_utc()),
        "course_cards": _course_cards(user_id),
        "enquiry_form": EnquiryForm(),
    }


def _course_cards(user_id: int | None) -> list[Any]:
    """Return the newest public courses as cards."""
    from courses import queries

    return queries.list_course_cards(user_id=user_id, limit=12)
