"""Numbers written on the places of a picture, so that a matching can name them."""

import io
import math
import warnings
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from exams.interchange.formats.base import Attachment, gettext_noop
from exams.interchange.formats.qti.model import Interaction, Spot
from exams.interchange.formats.qti.notes import Assets
from exams.interchange.formats.qti.pictures import picture_size
from exams.interchange.formats.qti.values import Unsupported

_NUMBERED = gettext_noop("The places of the picture are numbered; they are chosen from lists, not on the picture.")
_UNREADABLE = gettext_noop("The picture of this question cannot be read, so its places cannot be numbered.")
FORMATS = ("PNG", "JPEG", "GIF")
MAXIMUM_PIXELS = 16_000_000
_INK = (20, 20, 20)
_PAPER = (255, 255, 255)


def number_places(interaction: Interaction, assets: Assets) -> str:
    """Return rich text with the picture of an interaction, its places numbered from 1; Unsupported when it cannot be
    read."""
    picture = interaction.picture
    name = picture.address.removeprefix("attachment:") if picture is not None else ""
    if picture is None or name not in assets.found:
        raise Unsupported(_UNREADABLE)
    size = (picture.width, picture.height)
    data = numbered(assets.found[name].data, interaction.spots, size)
    new = f"{name.rpartition('.')[0] or name}-{interaction.identifier[:20]}-places.png"
    assets.found[new] = Attachment(name=new, data=data)
    assets.notes.lose(_NUMBERED)
    alt = picture.alt.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<p><img src="attachment:{new}" alt="{alt}"></p>'


def numbered(data: bytes, spots: Sequence[Spot], size: tuple[int, int]) -> bytes:
    """Return a picture as PNG with the outline of each place and its number; Unsupported when it cannot be read.

    `size` is that in which the places are measured; the picture is drawn in its own.
    """
    width, height = picture_size(data)
    if not width or not height or width * height > MAXIMUM_PIXELS:
        raise Unsupported(_UNREADABLE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                drawn = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, Warning, Image.DecompressionBombError) as error:
        raise Unsupported(_UNREADABLE) from error
    paper = Image.new("RGBA", drawn.size, (*_PAPER, 255))
    paper.alpha_composite(drawn)
    picture = paper.convert("RGB")
    scale = (picture.width / size[0] if size[0] else 1.0, picture.height / size[1] if size[1] else 1.0)
    if min(scale) * max(size) < max(picture.size) / 50 or max(scale) > 50:
        raise Unsupported(_UNREADABLE)
    enlarged = max(1, math.ceil(400 / max(picture.width, 1))) if picture.width < 400 else 1
    if enlarged > 1 and picture.width * picture.height * enlarged**2 <= MAXIMUM_PIXELS:
        picture = picture.resize((picture.width * enlarged, picture.height * enlarged))
        scale = (scale[0] * enlarged, scale[1] * enlarged)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(max(14, min(picture.size) // 28))
    for at, spot in enumerate(spots, start=1):
        box = _box(spot, scale, picture.size)
        _outline(pen, spot, box, scale)
        _number(pen, str(at), ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), font)
    out = io.BytesIO()
    picture.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _box(spot: Spot, scale: tuple[float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a place on the drawn picture."""
    coords = spot.coords
    if spot.shape == "default":
        return 0.0, 0.0, float(size[0] - 1), float(size[1] - 1)
    if spot.shape in ("circle", "ellipse"):
        x, y, across = coords[0], coords[1], coords[2]
        down = coords[3] if len(coords) > 3 else across
        box = (x - across, y - down, x + across, y + down)
    else:
        xs, ys = coords[::2], coords[1::2]
        box = (min(xs), min(ys), max(xs), max(ys))
    return box[0] * scale[0], box[1] * scale[1], box[2] * scale[0], box[3] * scale[1]


def _outline(
    pen: ImageDraw.ImageDraw, spot: Spot, box: tuple[float, float, float, float], scale: tuple[float, float]
) -> None:
    """Draw the edge of a place: a dark line on a light one, to be seen on any ground."""
    for colour, width in ((_PAPER, 4), (_INK, 2)):
        if spot.shape in ("circle", "ellipse"):
            pen.ellipse(box, outline=colour, width=width)
        elif spot.shape == "poly":
            corners = [(x * scale[0], y * scale[1]) for x, y in zip(spot.coords[::2], spot.coords[1::2], strict=False)]
            pen.line([*corners, corners[0]], fill=colour, width=width)
        else:
            pen.rectangle(box, outline=colour, width=width)


def _number(
    pen: ImageDraw.ImageDraw,
    text: str,
    middle: tuple[float, float],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    left, top, right, bottom = pen.textbbox(middle, text, font=font, anchor="mm" if _is_scalable(font) else None)
    pen.rectangle((left - 4, top - 3, right + 4, bottom + 3), fill=_PAPER, outline=_INK)
    pen.text(middle, text, fill=_INK, font=font, anchor="mm" if _is_scalable(font) else None)


def _is_scalable(font: object) -> bool:
    return isinstance(font, ImageFont.FreeTypeFont)
