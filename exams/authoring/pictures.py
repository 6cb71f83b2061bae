"""Pictures and sounds that authors put into questions: sent by the rich text editor, or with the form of the editor."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from edu.core.errors import InvalidInput
from exams.authoring.editor import Editor
from exams.authoring.editor_form import Errors, Values
from exams.authoring.entries import author_post
from exams.models import Bank
from exams.policies_authoring import get_editable_bank, get_editable_paper
from media.queries import illustration_size
from media.services import UnusableIllustration, keep_illustration

NOBODY = "00000000-0000-0000-0000-000000000000"
MAXIMUM_BYTES = 51 * 1024 * 1024


def _keep(file: Any, *, owner_id: int) -> uuid.UUID:
    if file.size > MAXIMUM_BYTES:
        raise UnusableIllustration(_("The file is larger than 50 MB."), field="file")
    return keep_illustration(data=file.read(), file_name=file.name, owner_id=owner_id)


@author_post
def upload(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Keep a picture or sound for a text of this bank; answered with its name in stored text, address and size."""
    get_editable_bank(request.user, public_id)
    return _kept(request)


@author_post
def upload_for_paper(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Keep a picture or sound for the instructions of this paper; answered as `upload`."""
    get_editable_paper(request.user, public_id)
    return _kept(request)


def _kept(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"detail": _("Choose a file.")}, status=422)
    try:
        kept = _keep(file, owner_id=request.user.pk)
    except InvalidInput as error:
        return JsonResponse({"code": error.code, "detail": str(error.message)}, status=422)
    width, height = illustration_size(kept)
    body = {"name": f"asset:{kept}", "url": reverse("media:illustration", args=[kept]), "width": width}
    return JsonResponse(body | {"height": height}, status=201)


def keep_posted_pictures(request: HttpRequest, editor: Editor, values: Values) -> Errors:
    """Take pictures that came with the form (`picture-file`) into the values, with their sizes; return what is wrong by
    field. Only pictures of the form itself: within a passage a script sends them."""
    errors: Errors = {}
    for part in editor.layout:
        file = request.FILES.get(f"{part.name}-file")
        if getattr(part, "kind", "") != "picture" or file is None:
            continue
        try:
            kept = _keep(file, owner_id=request.user.pk)
        except InvalidInput as error:
            errors[part.name] = [str(error.message)]
            continue
        values[part.name] = f"asset:{kept}"
        width, height = illustration_size(kept)
        if width and height:
            values |= {"width": str(width), "height": str(height)}
    return errors


def rich_words(bank: Bank) -> dict[str, str]:
    """Return what the rich text editor says, and where it sends pictures for questions of a bank."""
    return rich_words_at(reverse("authoring:illustration", args=[bank.public_id]))


def rich_words_at(upload_url: str) -> dict[str, str]:
    """Return what the rich text editor says, and where it sends pictures."""
    return {
        "uploadUrl": upload_url,
        "assetUrl": reverse("media:illustration", args=[NOBODY]),
        "toolbar": _("Text tools"),
        "bold": _("Bold"),
        "italic": _("Italic"),
        "underline": _("Underlined"),
        "sup": _("Superscript"),
        "sub": _("Subscript"),
        "formula": _("Formula"),
        "picture": _("Picture"),
        "sound": _("Sound"),
        "table": _("Table"),
        "bullets": _("Bulleted list"),
        "numbers": _("Numbered list"),
        "code": _("Program code"),
        "source": _("Edit as HTML"),
        "more": _("More tools"),
        "failed": _("This could not be sent. Try again."),
    }
