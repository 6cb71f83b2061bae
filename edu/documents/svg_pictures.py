"""SVG pictures as bitmaps for PDF pages, drawn by resvg in a process of its own. No file and no address is read."""

import functools
import io
import logging
import re
import subprocess
import sys
from pathlib import Path

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.conf import settings
from PIL import Image

__all__ = ["is_svg", "svg_as_bitmap"]

logger = logging.getLogger(__name__)
PROGRAM = Path(__file__).with_name("draw_svg.py")
FONT = "NotoSerifSC_400Regular.ttf"
PIXELS = 1_600
"""Width of a bitmap; the picture is drawn at most 170 mm wide."""

MOST_BYTES = 2 * 1024 * 1024
PATIENCE_SECONDS = 6
TALLEST = 8
"""Times that a drawing may be as high as wide."""

NATURAL = 600.0
"""Width of a drawing that tells none, in pixels."""

_FAULTS = (ParseError, DefusedXmlException, ValueError, RecursionError, Image.DecompressionBombError)
_START = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!DOCTYPE svg|<svg[\s>])")
_DOCTYPE = re.compile(rb"<!DOCTYPE svg[^>\[]*>")
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)")


def is_svg(data: bytes, /) -> bool:
    """Whether the bytes begin as an SVG picture does."""
    return bool(_START.match(data[:200]))


@functools.lru_cache(maxsize=32)
def svg_as_bitmap(data: bytes, /) -> tuple[bytes, tuple[int, int]] | None:
    """Return a drawing as PNG and its own size in pixels; None for what is faulty, larger than MOST_BYTES, refers to
    anything outside itself or takes too long."""
    plain = _DOCTYPE.sub(b"", data, count=1)
    if len(plain) > MOST_BYTES:
        return None
    try:
        root = fromstring(plain, forbid_dtd=True)
        for element in root.iter():
            for name, value in element.attrib.items():
                is_reference = name.rsplit("}", 1)[-1].lower() in {"href", "src"}
                if is_reference and not value.strip().startswith(("#", "data:image/")):
                    return None
        png = _draw(plain)
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            across, down = picture.size
        if down > TALLEST * across:
            return None
    except (*_FAULTS, OSError, subprocess.SubprocessError) as error:
        logger.info("a drawing cannot be printed: %s", type(error).__name__)
        return None
    width = _natural_width(root.get("width", ""), root.get("viewBox", ""))
    return png, (max(round(width), 1), max(round(width * down / across), 1))


def _draw(data: bytes) -> bytes:
    font = str(Path(settings.FONTS_DIR) / FONT)
    done = subprocess.run(  # noqa: S603 - our own program; the drawing comes by standard input
        [sys.executable, "-I", str(PROGRAM), str(PIXELS), font],
        input=data,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=True,
        env={},
    )
    return done.stdout


def _natural_width(width: str, box: str) -> float:
    """Return how wide a drawing says it is, in pixels; shares of a page say nothing."""
    found = _NUMBER.match(width) if "%" not in width else None
    parts = box.replace(",", " ").split()
    if found is None and len(parts) == 4:
        found = _NUMBER.match(parts[2])
    return min(float(found[1]), 10_000.0) if found else NATURAL
