"""Questions on a picture, printed: areas outlined and named; behind them what was chosen and what is right."""

import math
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edu.documents.sheets import Area, Block, Mark, Picture, Run, can_be_drawn
from exams.presentation import QuestionView
from exams.printed_text import PICTURE_KEEPS, picture_of
from exams.question_views.hotspot import HotspotView, RegionView, ShapeView

CORNERS = 48
"""Corners by which an ellipse is drawn."""

BLANK = "____"
ASKED_KEEPS = PICTURE_KEEPS + 22.0
"""Millimetres that the words before a picture need, so that they stand on its page."""


def picture_blocks(view: QuestionView, *, indent: float) -> list[Block]:
    """Return the picture that a question is asked on with all that the view may show of it; its description where it
    cannot be drawn. Nothing for a question without one."""
    spot = view.extra
    if not isinstance(spot, HotspotView):
        return []
    blocks = [Block(runs=[Run(text=words)], indent=indent) for words in _task(view, spot)]
    blocks += drawn_picture(spot, indent=indent)
    if spot.mode == "order":
        for region in spot.regions:
            words = f"{region.label}  {region.place or BLANK}"
            blocks.append(Block(runs=[Run(text=words)], label=f"{region.letter}.", indent=indent + 8))
    return blocks


def key_blocks(view: QuestionView, *, indent: float) -> list[Block]:
    """Return the pictures of a question and its parts with what is right outlined thickly."""
    found = []
    if isinstance(view.extra, HotspotView) and view.extra.mode != "order":
        found += drawn_picture(view.extra, indent=indent)
    for part in view.questions:
        found += key_blocks(part, indent=indent)
    return found


def key_words(view: QuestionView) -> str:
    """Return what is right in the numbers and letters that stand in the printed picture; empty for other questions, and
    where the picture cannot be drawn and no number is printed."""
    spot = view.extra
    if not isinstance(spot, HotspotView):
        return ""
    if spot.mode == "order":
        return view.right_text
    if not any(block.kind == "picture" for block in drawn_picture(spot, indent=0)):
        return ""
    if spot.mode == "points":
        return _("The areas outlined in the picture")
    return "; ".join(f"{_name(region)}. {region.label}" for region in spot.regions if region.is_right)


def drawn_picture(spot: HotspotView, *, indent: float) -> list[Block]:
    """Return the picture with its areas, and below it what their outlines and marks mean."""
    read = picture_of(spot.picture, spot.alt) if spot.picture else None
    if read is None or not can_be_drawn(read):
        return [Block(runs=[Run(text=f"[{spot.alt or _('picture')}]")], indent=indent)]
    areas = [Area(corners=_corners(one.shape), is_meant=bool(one.is_right) and _tells(spot)) for one in spot.regions]
    areas += [Area(corners=_corners(shape), is_meant=True) for shape in spot.areas]
    picture = Picture(
        data=read.data, alt=read.alt, size=(spot.width, spot.height), areas=tuple(areas), marks=tuple(_marks(spot))
    )
    legend = " ".join(_legend(spot, any(area.is_meant for area in areas)))
    return [
        Block(kind="picture", picture=picture, indent=indent),
        *([Block(runs=[Run(text=legend)], indent=indent)] if legend else []),
    ]


def _tells(spot: HotspotView) -> bool:
    """Whether outlines can say what is right: where regions are put in order, numbers do."""
    return spot.mode != "order"


def _task(view: QuestionView, spot: HotspotView) -> Iterator[str]:
    """Return what is to be done on the picture, while it is asked."""
    if view.review is not None:
        return
    n = spot.limit
    if spot.mode == "order":
        yield _("Give each place of the picture its number: 1 is the first.")
    elif spot.mode == "regions" and n == 1:
        yield _("Choose one place in the picture.")
    elif spot.mode == "regions" and not n:
        yield _("Choose all places that apply.")
    elif spot.mode == "regions":
        yield ngettext("Choose up to %(n)s place in the picture.", "Choose up to %(n)s places in the picture.", n) % {
            "n": n
        }
    elif n:
        yield ngettext("Mark %(n)s point in the picture.", "Mark up to %(n)s points in the picture.", n) % {"n": n}
    else:
        yield _("Mark points in the picture.")


def _legend(spot: HotspotView, has_right: bool) -> Iterator[str]:
    if has_right:
        yield _("Thick outline: right.")
    if _tells(spot) and any(region.is_chosen for region in spot.regions):
        yield _("Dark number: chosen.")
    if any(point.x for point in spot.points):
        yield _("Dark number: a point that was set.")


def _marks(spot: HotspotView) -> Iterator[Mark]:
    for region in spot.regions:
        is_dark = _tells(spot) and region.is_chosen
        yield Mark(x=float(region.badge[0]), y=float(region.badge[1]), text=_name(region), is_dark=is_dark)
    for point in spot.points:
        if point.x and point.y:
            yield Mark(x=float(point.x), y=float(point.y), text=str(point.number), is_dark=True)


def _name(region: RegionView) -> str:
    return region.letter or str(region.number)


def _corners(shape: ShapeView) -> tuple[tuple[float, float], ...]:
    """Return the corners of a shape in pixels, of a circle or an ellipse so many that it looks round."""
    if shape.kind == "polygon":
        pairs = (pair.split(",") for pair in shape.numbers["points"].split())
        return tuple((float(x), float(y)) for x, y in pairs)
    box = {name: float(value) for name, value in shape.box.items()}
    if shape.kind == "rect":
        right, bottom = box["x"] + box["width"], box["y"] + box["height"]
        return ((box["x"], box["y"]), (right, box["y"]), (right, bottom), (box["x"], bottom))
    half_x, half_y = box["width"] / 2, box["height"] / 2
    turns = (2 * math.pi * step / CORNERS for step in range(CORNERS))
    return tuple(
        (box["x"] + half_x + half_x * math.cos(turn), box["y"] + half_y + half_y * math.sin(turn)) for turn in turns
    )
