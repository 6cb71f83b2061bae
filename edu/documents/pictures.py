"""Pictures on PDF pages, with areas outlined and places named on them."""

import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError
from reportlab.lib.utils import ImageReader

from edu.documents.pdf import PdfFile
from edu.documents.svg_pictures import is_svg, svg_as_bitmap

__all__ = ["Area", "Mark", "OpenedPicture", "Picture", "can_be_drawn", "draw_picture", "open_picture"]

INK, PAPER = "#1c1b18", "#ffffff"
MILLIMETRES_A_PIXEL = 25.4 / 96
MOST_PIXELS = 2_400
"""Width and height in pixels to which a larger picture is reduced: the type area at 350 an inch."""

MARK = 2.6
"""Radius of the circle in which a place is named, in mm."""

THIN, THICK, HALO = 0.35, 0.9, 0.7
"""Widths in mm of an outline, of one that is meant, and of the paper round both, which parts them from the picture."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place named by a number or letter, in pixels of the picture; dark ones are white on ink."""

    x: float
    y: float
    text: str
    is_dark: bool = False


@dataclass(frozen=True, kw_only=True)
class Area:
    """An area by its corners in pixels of the picture; one that is meant has a thick outline."""

    corners: tuple[tuple[float, float], ...]
    is_meant: bool = False


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture with its bytes; what cannot be read is replaced by its description. `size` is that in which marks and
    areas count, where it is not the picture's own."""

    data: bytes
    alt: str = ""
    marks: tuple[Mark, ...] = ()
    areas: tuple[Area, ...] = ()
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, kw_only=True)
class OpenedPicture:
    """A picture that can be drawn, on white paper where one looks through it."""

    image: Image.Image
    size: tuple[int, int]
    picture: Picture

    def size_mm(self, *, width: float, height: float) -> tuple[float, float]:
        """Return how large it is drawn: at 96 pixels an inch, smaller where it is wider or higher than given (mm)."""
        across = min(width, self.size[0] * MILLIMETRES_A_PIXEL)
        down = across * self.size[1] / self.size[0]
        return (across, down) if down <= height else (across * height / down, height)


def can_be_drawn(picture: Picture, /) -> bool:
    """Whether these are the bytes of a picture that can be drawn."""
    if is_svg(picture.data):
        return svg_as_bitmap(picture.data) is not None
    try:
        with Image.open(io.BytesIO(picture.data)):
            return True
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


def open_picture(picture: Picture, /, *, pixels: int = MOST_PIXELS) -> OpenedPicture | None:
    """Return a picture decoded, at most as many pixels wide and high; None where it cannot be."""
    drawn = svg_as_bitmap(picture.data) if is_svg(picture.data) else (picture.data, None)
    if drawn is None:
        return None
    data, own_size = drawn
    try:
        with Image.open(io.BytesIO(data)) as opened:
            size = own_size or opened.size
            opened.draft("RGB", (pixels, pixels))  # a large photograph is read at the size that is needed
            opened.thumbnail((pixels, pixels))
            image = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return OpenedPicture(image=paper.convert("RGB"), size=size, picture=picture)


def draw_picture(file: PdfFile, opened: OpenedPicture, *, x: float, y: float, width: float, height: float) -> None:
    """Draw a picture with its areas and marks into a box of millimetres; what lies outside is drawn at the edge."""
    file.draw_picture(ImageReader(opened.image), x=x, y=y, width=width, height=height)
    picture = opened.picture
    across, down = picture.size if all(picture.size) else opened.size

    def place(at_x: float, at_y: float) -> tuple[float, float]:
        return x + min(max(at_x / across, 0), 1) * width, y + min(max(at_y / down, 0), 1) * height

    for area in sorted(picture.areas, key=lambda one: one.is_meant):
        corners = [place(*corner) for corner in area.corners]
        line = THICK if area.is_meant else THIN
        file.path(points=corners, closed=True, stroke=PAPER, line=line + HALO)
        file.path(points=corners, closed=True, stroke=INK, line=line)
    for mark in picture.marks:
        at_x, at_y = place(mark.x, mark.y)
        file.circle(x=at_x, y=at_y, radius=MARK, fill=INK if mark.is_dark else PAPER, stroke=INK)
        colour = PAPER if mark.is_dark else INK
        file.draw_line(mark.text, x=at_x, baseline=at_y + 1.2, size=9, bold=True, align="center", colour=colour)
