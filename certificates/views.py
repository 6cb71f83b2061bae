"""My certificates, their files, and the public check."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from certificates.forms import NameForm, SerialForm
from certificates.issue import complete_waiting
from certificates.models import Certificate
from certificates.queries import list_certificates
from certificates.render import ensure_file, picture_of, verification_url
from certificates.verify import Verification, count_miss, is_blocked, verify_serial
from edu.accounts.real_name import set_real_name
from edu.accounts.throttle import client_address
from edu.documents.pdf import CONTENT_TYPE

NOT_MINE = "There is no such certificate."


def _mine_page(request: HttpRequest, *, name_form: NameForm | None = None, status: int = 200) -> HttpResponse:
    certificates = list_certificates(user_id=request.user.pk)
    cards = [
        {"certificate": one, "check_url": verification_url(one.serial) if one.serial else ""} for one in certificates
    ]
    waits = any(one.state == "waiting" for one in certificates)
    context = {
        "desk": "learner",
        "title": _("Certificates"),
        "cards": cards,
        "name_form": (name_form or NameForm(initial={"real_name": request.user.real_name})) if waits else None,
    }
    return render(request, "certificates/mine.html", context, status=status)


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show the person's certificates, and ask for her real name where one waits for it."""
    return _mine_page(request)


@login_required
@require_POST
def set_name(request: HttpRequest) -> HttpResponse:
    """Take the real name and issue what waited for it."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _mine_page(request, name_form=form, status=422)
    set_real_name(user_id=request.user.pk, real_name=form.cleaned_data["real_name"])
    count = complete_waiting(user_id=request.user.pk)
    if count:
        text = ngettext("%(count)d certificate was issued.", "%(count)d certificates were issued.", count)
        messages.success(request, text % {"count": count})
    return redirect("certificates:mine")


def _own(request: HttpRequest, public_id: uuid.UUID) -> Certificate:
    """Return an issued certificate of the person, or any for an operator; 404 otherwise."""
    row = Certificate.objects.filter(public_id=public_id, issued_at__isnull=False).first()
    if row is None or (row.user_id != request.user.pk and not request.user.is_operator):
        raise Http404(NOT_MINE)
    return row


@login_required
@require_GET
def download(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Answer the PDF file to its holder or an operator; a missing file is drawn again."""
    row = _own(request, public_id)
    if row.revoked_at is not None and not request.user.is_operator:
        raise Http404(NOT_MINE)
    name = ensure_file(certificate=row)
    return FileResponse(
        default_storage.open(name),
        content_type=CONTENT_TYPE,
        as_attachment="inline" not in request.GET,
        filename=f"{row.serial}.pdf",
        headers={"Cache-Control": "private, no-cache"},
    )


@login_required
@require_GET
def picture(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer the certificate as a picture (SVG) to its holder or an operator."""
    return HttpResponse(
        picture_of(_own(request, public_id)),
        content_type="image/svg+xml",
        headers={"Cache-Control": "private, max-age=300", "Content-Security-Policy": "sandbox; default-src 'none'"},
    )


def _check_page(
    request: HttpRequest, *, form: SerialForm, found: Verification | None = None, status: int = 200
) -> HttpResponse:
    context = {"title": _("Check a certificate"), "form": form, "found": found, "is_blocked": status == 429}
    response = render(request, "certificates/verify.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def verify_form(request: HttpRequest) -> HttpResponse:
    """Ask for a serial, and lead to its page."""
    if "serial" not in request.GET:
        return _check_page(request, form=SerialForm())
    form = SerialForm(request.GET)
    if not form.is_valid():
        return _check_page(request, form=form, status=422)
    found = verify_serial(text=form.cleaned_data["serial"])
    if found.state == "mistyped":
        return _answer(request, found, form)
    return redirect("certificates:verify", serial=found.serial)


@require_GET
def verify(request: HttpRequest, serial: str) -> HttpResponse:
    """Tell anybody whether a certificate is valid, expired, revoked, replaced or unknown."""
    return _answer(request, None, SerialForm(initial={"serial": serial[:80]}), text=serial)


def _answer(request: HttpRequest, found: Verification | None, form: SerialForm, *, text: str = "") -> HttpResponse:
    address = client_address(request)
    if is_blocked(address=address):
        return _check_page(request, form=form, status=429)
    result = found or verify_serial(text=text)
    if not result.is_found:
        count_miss(address=address)
    return _check_page(request, form=form, found=result, status=200 if result.is_found else 404)
