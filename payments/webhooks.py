"""Where providers' notifications arrive: the raw body is verified and stored, then answered."""

import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from edu.core.errors import NotFound
from payments.checkout.record_event import receive_notification
from payments.providers.base import BadNotification
from payments.providers.registry import get_provider

logger = logging.getLogger(__name__)
MAX_BODY_BYTES = 64 * 1024


# A provider has no session with us and so no token against forgery; its signature takes that place.
@csrf_exempt
@require_POST
def notification(request: HttpRequest, provider: str) -> HttpResponse:
    """Take one notification: 200 once it is stored (or was before), 400 when it is not authentic, 404, 413."""
    try:
        way = get_provider(provider)
    except NotFound:
        return HttpResponse("unknown provider", status=404, content_type="text/plain")
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        return HttpResponse("too large", status=413, content_type="text/plain")
    try:
        receive_notification(provider=provider, headers=request.headers, body=request.body)
    except BadNotification as error:
        logger.warning("refused a notification for %s: %s", provider, error)
        return HttpResponse("refused", status=400, content_type="text/plain")
    return HttpResponse(way.acknowledgement(), content_type="text/plain")
