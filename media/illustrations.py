"""Pictures and sounds inside texts: checked by their bytes, stored once per owner, served by an unguessable address."""

import hashlib
import io
import re
import uuid
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import filetype
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from edu.core.clock import now_utc
from edu.core.errors import InvalidInput, NotFound
from media.models import Asset

MAXIMUM_PICTURE_BYTES = 10 * 1024 * 1024
MAXIMUM_SOUND_BYTES = 50 * 1024 * 1024
MAXIMUM_PIXELS = 50_000_000
PICTURE_FORMATS = {"PNG": ("png", "image/png"), "JPEG": ("jpg", "image/jpeg"), "GIF": ("gif", "image/gif")} | {
    "WEBP": ("webp", "image/webp")
}
SOUND_ENDINGS = frozenset({"mp3", "m4a", "wav", "ogg", "flac", "aac"})
_SVG_START = re.compile(
    rb"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE svg[^>\[]*>\s*)?<svg[\s>]", re.DOTALL
)
_SVG_DOCTYPE = re.compile(rb"<!DOCTYPE svg[^>\[]*>")
_ACTIVE_SVG = {"script", "foreignobject", "iframe", "embed", "object", "audio", "video", "handler", "animate", "set"}


class UnusableIllustration(InvalidInput):
    """This picture or sound cannot be used."""

    code = "unusable_illustration"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the bytes of an illustration say: `kind` is picture or audio; sizes in pixels, 0 where unknown."""

    kind: str
    ending: str
    content_type: str
    width: int = 0
    height: int = 0


def inspect(data: bytes) -> Facts:
    """Return what the bytes are; UnusableIllustration for anything but a PNG, JPEG, GIF, WebP or harmless SVG picture
    of at most 10 MB and 50 million pixels, or a sound of at most 50 MB. The name of the file is not asked."""
    if _SVG_START.match(data[:4096]):
        return _inspect_svg(data)
    guessed = filetype.guess(data[:8192])
    if guessed is not None and guessed.mime.startswith("audio/") and guessed.extension in SOUND_ENDINGS:
        if len(data) > MAXIMUM_SOUND_BYTES:
            raise UnusableIllustration(_("The sound is larger than 50 MB."), field="file")
        return Facts(kind=Asset.Kind.AUDIO, ending=guessed.extension, content_type=guessed.mime)
    if len(data) > MAXIMUM_PICTURE_BYTES:
        raise UnusableIllustration(_("The picture is larger than 10 MB."), field="file")
    return _inspect_bitmap(data)


def _inspect_bitmap(data: bytes) -> Facts:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(PICTURE_FORMATS)) as picture:
                width, height = picture.size
                name = picture.format or ""
                if width * height > MAXIMUM_PIXELS:
                    raise UnusableIllustration(_("The picture has more than 50 million pixels."), field="file")
                picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        message = _("This is not a picture that browsers show. Save it as PNG or JPEG.")
        raise UnusableIllustration(message, field="file") from error
    ending, content_type = PICTURE_FORMATS[name]
    return Facts(kind=Asset.Kind.PICTURE, ending=ending, content_type=content_type, width=width, height=height)


def _inspect_svg(data: bytes) -> Facts:
    message = _("This drawing holds active content or refers to other files. Save it as PNG.")
    if len(data) > MAXIMUM_PICTURE_BYTES:
        raise UnusableIllustration(_("The picture is larger than 10 MB."), field="file")
    try:
        root = fromstring(_SVG_DOCTYPE.sub(b"", data, count=1), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise UnusableIllustration(message, field="file") from error
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag.rsplit("}", 1)[-1].lower() in _ACTIVE_SVG:
            raise UnusableIllustration(message, field="file")
        for name, value in element.attrib.items():
            plain = name.rsplit("}", 1)[-1].lower()
            is_reference = plain in {"href", "src"} and not value.startswith(("#", "data:image/"))
            if plain.startswith("on") or is_reference or "javascript:" in value.lower() or "url(http" in value.lower():
                raise UnusableIllustration(message, field="file")
    return Facts(
        kind=Asset.Kind.PICTURE,
        ending="svg",
        content_type="image/svg+xml",
        width=_length(root.get("width", "")),
        height=_length(root.get("height", "")),
    )


def _length(text: str) -> int:
    found = re.match(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*\Z", text)
    return int(found[1]) if found else 0


def keep_illustration(*, data: bytes, file_name: str, owner_id: int | None) -> uuid.UUID:
    """Store a picture or sound and return its public id; the same bytes of the same owner are stored once.

    UnusableIllustration when the bytes are neither.
    """
    digest = hashlib.sha256(data).hexdigest()
    known = Asset.objects.filter(owner_id=owner_id, sha256=digest, kind__in=_KINDS).first()
    if known is not None:
        return known.public_id
    facts = inspect(data)
    name = default_storage.save(f"illustrations/{uuid.uuid4()}.{facts.ending}", ContentFile(data))
    return Asset.objects.create(
        kind=facts.kind,
        title=file_name[-200:],
        file_name=file_name[-255:],
        storage_name=name,
        content_type=facts.content_type,
        size_bytes=len(data),
        width=facts.width or None,
        height=facts.height or None,
        sha256=digest,
        owner_id=owner_id,
        created_at=now_utc(),
    ).public_id


_KINDS = (Asset.Kind.PICTURE, Asset.Kind.AUDIO)


def remove_illustrations(*, public_ids: Iterable[str]) -> int:
    """Remove pictures and sounds with their files; return how many there were. The caller knows that nothing names
    them."""
    rows = list(Asset.objects.filter(public_id__in=list(public_ids), kind__in=_KINDS).exclude(sha256=""))
    Asset.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        default_storage.delete(row.storage_name)
    return len(rows)


def get_illustration(public_id: uuid.UUID) -> Asset:
    """Return the row of a picture or sound; NotFound when there is none of that id."""
    row = Asset.objects.filter(public_id=public_id, kind__in=_KINDS).exclude(sha256="").first()
    if row is None:
        raise NotFound(_("There is no such picture."))
    return row


def read_illustration(public_id: uuid.UUID) -> tuple[str, bytes]:
    """Return the name a picture or sound had and its bytes; NotFound."""
    row = get_illustration(public_id)
    with default_storage.open(row.storage_name) as file:
        return row.file_name, file.read()


def illustration_size(public_id: uuid.UUID) -> tuple[int, int]:
    """Return width and height of a picture in pixels, 0 where unknown (drawings without a size, sounds); NotFound."""
    row = get_illustration(public_id)
    return row.width or 0, row.height or 0
