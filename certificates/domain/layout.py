"""How a certificate looks: designs as lists of elements on a landscape A4 sheet, in mm from the top left corner.

A design is a function from the facts to elements: its paper and frame, then the parts that all designs share, each set
into a box of its own. Whoever draws (PDF, SVG) fits the text into the boxes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from certificates.domain.elements import (
    GOLD,
    GOLD_INK,
    HEIGHT,
    INK,
    INK_2,
    INK_3,
    PAPER,
    RED,
    WHITE,
    WIDTH,
    Align,
    Code,
    Element,
    Lines,
    Rectangle,
    TextBox,
)
from certificates.domain.ornaments import divider, fret_corners, plaque, seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The words of one certificate, ready to be set."""

    title: str
    lead: str
    name: str
    body: str
    issuer: str
    signatory: str
    issued_label: str
    issued_on: str
    expires_label: str
    expires_on: str
    serial_label: str
    serial: str
    check_label: str
    check_url: str
    seal: str


def lay_out(*, design: str, facts: Facts) -> list[Element]:
    """Return the elements of the sheet from back to front; ValueError for an unknown design."""
    try:
        return DESIGNS[design](facts)
    except KeyError as error:
        message = f"There is no certificate design {design!r}."
        raise ValueError(message) from error


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _tracking(text: str, wide: float, narrow: float) -> float:
    """Return the opening of a short heading's letters in points: more for Chinese, none for long ones."""
    if len(text) > (8 if _is_chinese(text) else 34):
        return 0.0
    return wide if _is_chinese(text) else narrow


class Box(NamedTuple):
    """Where a part stands, in mm."""

    x: float
    y: float
    width: float
    height: float


FOOT_TOP, FOOT_RIGHT = 149.0, WIDTH - 36.0
CODE_SIZE, CODE_FRAME = 29.0, 2.2
BLOCK_WIDTH = 74.0


def _golden_list(facts: Facts) -> list[Element]:
    """Cream paper in a double golden frame with fretted corners; everything on the middle axis."""
    return [
        Rectangle(x=0, y=0, width=WIDTH, height=HEIGHT, fill=PAPER),
        _frame(inset=9, stroke=GOLD, line=1.1),
        _frame(inset=12, stroke=GOLD, line=0.25),
        *fret_corners(inset=12.0, colour=GOLD),
        *plaque(x=WIDTH / 2, y=25.0, scale=1.0),
        _title(facts, _centred(40, y=45, height=19), size=36, single=22, colour=GOLD_INK, opening=(14, 1.2)),
        *divider(y=68.0, colour=GOLD),
        _lead(facts, _centred(60, y=73, height=8), size=13, opening=0.4),
        _name(facts, _centred(45, y=83, height=21), size=33, opening=(4, 0.5)),
        _rule(y=106, margin=90, line=0.25),
        _body(facts, _centred(52, y=110, height=32), size=15.5, leading=1.65),
        *_foot(facts),
    ]


def _vermilion(facts: Facts) -> list[Element]:
    """Warm white in a broad vermilion frame with a fine golden line: the look of an award of honour."""
    return [
        Rectangle(x=0, y=0, width=WIDTH, height=HEIGHT, fill=RED),
        _frame(inset=5, stroke="#dfb75e", line=0.4),
        _frame(inset=11, fill=WHITE, radius=1.5),
        _frame(inset=14, stroke=GOLD, line=0.35, radius=1),
        *fret_corners(inset=14.0, colour=GOLD),
        _title(facts, _centred(40, y=25, height=23), size=42, single=22, colour=RED, opening=(16, 1.2)),
        *divider(y=53.0, colour=RED),
        _lead(facts, _centred(60, y=60, height=8), size=13),
        _name(facts, _centred(45, y=71, height=22), size=34, opening=(4, 0.5)),
        _rule(y=95.5, margin=90, line=0.3),
        _body(facts, _centred(50, y=101, height=38), size=16, leading=1.7),
        *_foot(facts),
    ]


def _ink_band(facts: Facts) -> list[Element]:
    """White with a band of ink at the left and everything flush left: sober, for professional training."""
    left, width = 82.0, WIDTH - 82.0 - 24.0
    title = _title(facts, Box(left, 24, width, 20), size=32, single=20, colour=INK, opening=(8, 0.6), align="left")
    return [
        Rectangle(x=0, y=0, width=WIDTH, height=HEIGHT, fill=WHITE),
        Rectangle(x=0, y=0, width=58, height=HEIGHT, fill="#1d1b17"),
        Rectangle(x=58, y=0, width=1.6, height=HEIGHT, fill=GOLD),
        *plaque(x=29.0, y=32.0, scale=1.7),
        title,
        Rectangle(x=left, y=48, width=22, height=1.1, fill=GOLD),
        _lead(facts, Box(left, 60, width, 8), size=12.5, colour=INK_3, align="left"),
        _name(facts, Box(left, 70, width, 24), size=34, colour=GOLD_INK, opening=(3, 0.3), align="left"),
        _body(facts, Box(left, 100, width, 40), size=15, leading=1.7, max_lines=5, align="left"),
        *_code(facts, x=13.0, label=Box(6.0, FOOT_TOP + CODE_SIZE + 4.2, 46.0, 8), on_dark=True),
        *_records(facts, x=left),
        *_signature(facts, right=WIDTH - 24.0),
    ]


def _centred(margin: float, *, y: float, height: float) -> Box:
    """Return a box on the middle axis with equal margins."""
    return Box(margin, y, WIDTH - 2 * margin, height)


def _frame(
    *, inset: float, fill: str | None = None, stroke: str | None = None, line: float = 0.3, radius: float = 0.0
) -> Rectangle:
    """Return a rectangle at the same distance from every edge of the sheet."""
    return Rectangle(
        x=inset,
        y=inset,
        width=WIDTH - 2 * inset,
        height=HEIGHT - 2 * inset,
        fill=fill,
        stroke=stroke,
        line=line,
        radius=radius,
    )


def _rule(*, y: float, margin: float, line: float) -> Lines:
    """Return the golden line below the name."""
    return Lines(points=((margin, y), (WIDTH - margin, y)), stroke=GOLD, line=line)


def _title(
    facts: Facts,
    box: Box,
    *,
    size: float,
    single: float,
    colour: str,
    opening: tuple[float, float],
    align: Align = "center",
) -> TextBox:
    """Return the heading: one line down to `single` points, then two. `opening` is for Chinese and for others."""
    return TextBox(
        **box._asdict(),
        text=facts.title,
        size=size,
        min_size=14,
        max_lines=2,
        single_line_size=single,
        bold=True,
        leading=1.2,
        colour=colour,
        align=align,
        tracking=_tracking(facts.title, *opening),
    )


def _lead(
    facts: Facts, box: Box, *, size: float, colour: str = INK_2, opening: float = 0.0, align: Align = "center"
) -> TextBox:
    """Return the line above the name."""
    least = 10 if align == "center" else 9
    return TextBox(
        **box._asdict(), text=facts.lead, size=size, min_size=least, colour=colour, align=align, tracking=opening
    )


def _name(
    facts: Facts,
    box: Box,
    *,
    size: float,
    opening: tuple[float, float],
    colour: str = INK,
    align: Align = "center",
) -> TextBox:
    """Return the name of the holder, the largest word on the sheet after the heading."""
    return TextBox(
        **box._asdict(),
        text=facts.name,
        size=size,
        min_size=15,
        max_lines=2,
        single_line_size=21,
        bold=True,
        leading=1.25,
        colour=colour,
        align=align,
        tracking=_tracking(facts.name, *opening),
    )


def _body(
    facts: Facts, box: Box, *, size: float, leading: float, max_lines: int = 4, align: Align = "center"
) -> TextBox:
    """Return what the holder did."""
    return TextBox(
        **box._asdict(),
        text=facts.body,
        size=size,
        min_size=9.5,
        max_lines=max_lines,
        leading=leading,
        align=align,
        at_top=align == "left",
    )


def _foot(facts: Facts) -> list[Element]:
    """Return code and serial at the left, seal in the middle, issuer and signatory at the right."""
    x = 38.0
    label = Box(x - CODE_FRAME, FOOT_TOP + CODE_SIZE + 4.2, 96.0, 5)
    return [
        *_code(facts, x=x, label=label),
        *_records(facts, x=x + CODE_SIZE + 5.5),
        *_signature(facts, right=FOOT_RIGHT),
    ]


def _code(facts: Facts, *, x: float, label: Box, on_dark: bool = False) -> list[Element]:
    """Return the QR code on white, with the address that it leads to below."""
    side = CODE_SIZE + 2 * CODE_FRAME
    return [
        Rectangle(x=x - CODE_FRAME, y=FOOT_TOP - 1.2, width=side, height=side, fill="#ffffff", radius=0.8),
        Code(x=x, y=FOOT_TOP + 1, size=CODE_SIZE, text=facts.check_url),
        TextBox(
            **label._asdict(),
            text=facts.check_label,
            size=7.5,
            min_size=5.5,
            max_lines=2 if on_dark else 1,
            colour="#c9bfab" if on_dark else INK_3,
            align="center" if on_dark else "left",
            leading=1.3,
        ),
    ]


def _records(facts: Facts, *, x: float) -> list[Element]:
    """Return serial, day of issue and day of expiry, each below its label."""
    rows = [(facts.serial_label, facts.serial), (facts.issued_label, facts.issued_on)]
    if facts.expires_on:
        rows.append((facts.expires_label, facts.expires_on))
    y = FOOT_TOP + (3.0 if facts.expires_on else 6.5)
    elements: list[Element] = []
    for label, value in rows:
        elements += [_record(label, Box(x, y, 68.0, 4), size=7.5, min_size=6, colour=INK_3)]
        elements += [_record(value, Box(x, y + 3.7, 68.0, 5), size=9.5, min_size=7, colour=INK)]
        y += 9.6
    return elements


def _record(text: str, box: Box, *, size: float, min_size: float, colour: str) -> TextBox:
    return TextBox(**box._asdict(), text=text, size=size, min_size=min_size, colour=colour, align="left", leading=1.2)


def _signature(facts: Facts, *, right: float) -> list[Element]:
    """Return signatory over a line, issuer, and the seal over the corner of the block, where a stamp would be set."""
    x = right - BLOCK_WIDTH
    elements: list[Element] = []
    if facts.signatory:
        line = FOOT_TOP + 12.2
        elements += [
            TextBox(
                x=x, y=FOOT_TOP + 2.5, width=BLOCK_WIDTH, height=8, text=facts.signatory, size=14, min_size=8, bold=True
            ),
            Lines(points=((x + 8, line), (right - 8, line)), stroke=GOLD, line=0.25),
        ]
    issuer = TextBox(
        x=x,
        y=FOOT_TOP + 14,
        width=BLOCK_WIDTH,
        height=13,
        text=facts.issuer,
        size=12,
        min_size=8,
        max_lines=2,
        colour=INK_2,
        leading=1.35,
    )
    return [*elements, issuer, *seal(facts.seal, x=x - 17.0, y=FOOT_TOP + 14.5)]


DESIGNS: dict[str, Callable[[Facts], list[Element]]] = {
    "golden_list": _golden_list,
    "vermilion": _vermilion,
    "ink_band": _ink_band,
}
"""Every built-in design by the name that templates store."""
