"""Slides to film: drawing each slide, joining them, and the captions that tell what is said."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from media.domain.captions import Cue, write_vtt
from media.ffmpeg import write_slide_film

WIDTH, HEIGHT = 1280, 720
INK, PAPER, GOLD, GREY = "#1d2433", "#faf6ec", "#b8892b", "#6d6a62"
MARGIN = 96


def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the site's CJK font in `size` pixels, or the drawing library's own where it was not fetched."""
    name = "NotoSerifSC_700Bold.ttf" if bold else "NotoSerifSC_400Regular.ttf"
    path = Path(settings.FONTS_DIR) / name
    return ImageFont.truetype(str(path), size) if path.exists() else ImageFont.load_default(size)


def wrap(text: str, *, font: Any, width: int) -> list[str]:
    """Break `text` into lines of at most `width` pixels: between words, and between any two Chinese characters."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and font.getlength(line + piece) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """Split into what must stay together: a Latin word with its space, or one Chinese character."""
    pieces: list[str] = []
    for character in text:
        latin = character.isascii() and not character.isspace()
        if pieces and latin and pieces[-1][-1].isascii() and not pieces[-1][-1].isspace():
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def draw_slide(*, title: str, lines: list[str], number: int, total: int, course: str) -> Image.Image:
    """Return one slide as a picture of 1280 x 720."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 18, HEIGHT), fill=GOLD)
    heading = _font(56, bold=True)
    top = 84
    for line in wrap(title, font=heading, width=WIDTH - 2 * MARGIN):
        pen.text((MARGIN, top), line, font=heading, fill=INK)
        top += 76
    pen.line((MARGIN, top + 8, MARGIN + 120, top + 8), fill=GOLD, width=5)
    top += 48
    body = _font(36)
    for item in lines:
        pen.ellipse((MARGIN, top + 20, MARGIN + 12, top + 32), fill=GOLD)
        for line in wrap(item, font=body, width=WIDTH - 2 * MARGIN - 40):
            pen.text((MARGIN + 40, top), line, font=body, fill=INK)
            top += 54
        top += 14
    small = _font(22)
    pen.text((MARGIN, HEIGHT - 60), course, font=small, fill=GREY)
    place = f"{number} / {total}"
    pen.text((WIDTH - MARGIN - small.getlength(place), HEIGHT - 60), place, font=small, fill=GREY)
    return picture


def make_film(*, slides: list[dict[str, Any]], course: str, target: Path) -> str:
    """Write the film of `slides` (title, lines, narration, seconds) to `target`; return its captions as WebVTT."""
    cues: list[Cue] = []
    moment = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = []
        for number, slide in enumerate(slides, start=1):
            path = folder / f"{number:03d}.png"
            draw_slide(
                title=slide["title"], lines=list(slide["lines"]), number=number, total=len(slides), course=course
            ).save(path)
            seconds = float(slide["seconds"])
            pictures.append((path, seconds))
            cues.append(Cue(start_seconds=moment, end_seconds=moment + seconds, text=slide["narration"]))
            moment += seconds
        film = folder / "film.mp4"
        write_slide_film(pictures=pictures, target=film)
        shutil.move(film, target)
    return write_vtt(cues)
