"""The development mailbox: every mail and text message that the embedded world would have sent, newest first."""

from csp.decorators import csp_replace
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from edu.notifications.models import MailboxMessage

FRAME_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],  # a mail has no other styles
    "img-src": ["'self'", "data:", "https:"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
}


def mailbox(request: HttpRequest) -> HttpResponse:
    """List the messages, searched by receiver or subject."""
    query = request.GET.get("q", "").strip()[:100]
    rows = MailboxMessage.objects.defer("html")
    if query:
        rows = rows.filter(Q(recipient__icontains=query) | Q(subject__icontains=query) | Q(text__icontains=query))
    page_obj = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(request, "notifications/mailbox.html", {"page_obj": page_obj, "query": query})


def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show one message: its text with links that work, and the mail as its receiver would see it."""
    row = get_object_or_404(MailboxMessage, pk=message_id)
    return render(request, "notifications/mailbox_message.html", {"message_row": row})


@csp_replace(FRAME_POLICY)  # type: ignore[arg-type] # its stub forgets views with arguments
def message_html(request: HttpRequest, message_id: int) -> HttpResponse:
    """Send the HTML part alone, for the sandboxed frame; its links open in the whole window."""
    row = get_object_or_404(MailboxMessage, pk=message_id)
    return HttpResponse(row.html.replace("<head>", '<head><base target="_top">', 1))
