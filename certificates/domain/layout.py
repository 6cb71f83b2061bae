"""How a certificate looks: designs as lists of elements on a landscape A4 sheet, in mm from the top left corner.

A design is a function from the facts to elements; whoever draws (PDF, SVG) fits the text into the boxes.
"""

from collections.abc import Callable
from dataclasses import dataclass

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


def _golden_list(facts: Facts) -> list[Element]:
    """Cream paper in a double golden frame with fretted corners; everything on the middle axis."""
    elements: list[Element] = [
        Rectangle(x=0, y=0, width=WIDTH, height=HEIGHT, fill=PAPER),
        Rectangle(x=9, y=9, width=WIDTH - 18, height=HEIGHT - 18, stroke=GOLD, line=1.1),
        Rectangle(x=12, y=12, width=WIDTH - 24, height=HEIGHT - 24, stroke=GOLD, line=0.25),
        *fret_corners(inset=12.0, colour=GOLD),
        *plaque(x=WIDTH / 2, y=25.0, scale=1.0),
        TextBox(
            x=40,
            y=45,
            width=WIDTH - 80,
            height=19,
            text=facts.title,
            size=36,
            min_size=14,
            max_lines=2,
            single_line_size=22,
            bold=True,
            leading=1.2,
            colour=GOLD_INK,
            tracking=_tracking(facts.title, 14, 1.2),
        ),
        *divider(y=68.0, colour=GOLD),
        TextBox(
            x=60, y=73, width=WIDTH - 120, height=8, text=facts.lead, size=13, min_size=10, colour=INK_2, tracking=0.4
        ),
        TextBox(
            x=45,
            y=83,
            width=WIDTH - 90,
            height=21,
            text=facts.name,
            size=33,
            min_size=15,
            max_lines=2,
            single_line_size=21,
            bold=True,
            leading=1.25,
            tracking=_tracking(facts.name, 4, 0.5),
        ),
        Lines(points=((90, 106), (WIDTH - 90, 106)), stroke=GOLD, line=0.25),
        TextBox(
            x=52,
            y=110,
            width=WIDTH - 104,
            height=32,
            text=facts.body,
            size=15.5,
            min_size=9.5,
            max_lines=4,
            colour=INK,
            leading=1.65,
        ),
    ]
    return elements + _foot(facts, left=38.0, right=WIDTH - 36.0, top=149.0)


def _vermilion(facts: Facts) -> list[Element]:
    """Warm white in a broad vermilion frame with a fine golden line: the look of an award of honour."""
    elements: list[Element] = [
        Rectangle(x=0, y=0, width=WIDTH, height=HEIGHT, fill=RED),
        Rectangle(x=5, y=5, width=WIDTH - 10, height=HEIGHT - 10, stroke="#dfb75e", line=0.4),
        Rectangle(x=11, y=11, width=WIDTH - 22, height=HEIGHT - 22, fill=WHITE, radius=1.5),
        Rectangle(x=14, y=14, width=WIDTH - 28, height=HEIGHT - 28, stroke=GOLD, line=0.35, radius=1),
        *fret_corners(inset=14.0, colour=GOLD),
        TextBox(
            x=40,
            y=25,
            width=WIDTH - 80,
            height=23,
            text=facts.title,
            size=42,
            min_size=14,
            max_lines=2,
            single_line_size=22,
            bold=True,
            leading=1.2,
            colour=RED,
            tracking=_tracking(facts.title, 16, 1.2),
        ),
        *divider(y=53.0, colour=RED),
        TextBox(x=60, y=60, width=WIDTH - 120, height=8, text=facts.lead, size=13, min_size=10, colour=INK_2),
        TextBox(
            x=45,
            y=71,
            width=WIDTH - 90,
            height=22,
            text=facts.name,
            size=34,
            min_size=15,
            max_lines=2,
            single_line_size=21,
            bold=True,
            leading=1.25,
            tracking=_tracking(facts.name, 4, 0.5),
        ),
        Lines(points=((90, 95.5), (WIDTH - 90, 95.5)), stroke=GOLD, line=0.3),
        TextBox(
            x=50,
            y=101,
            width=WIDTH - 100,
            height=38,
            text=facts.body,
            size=16,
            min_size=9.5,
            max_lines=4,
            colour=INK,
            leading=1.7,
        ),
    ]
    return elements + _foot(facts, left=38.0, right=WIDTH - 36.0, top=149.0)


def _ink_band(facts: Facts) -> list[Element]:
    """White with a band of ink at the left and everything flush left: sober, for professional training."""
    left, width = 82.0, WIDTH - 82.0 - 24.0
    elements: list[Element] = [
        Rectangle(x=0, y=0, width=WIDTH, height=HEIGHT, fill=WHITE),
        Rectangle(x=0, y=0, width=58, height=HEIGHT, fill="#1d1b17"),
        Rectangle(x=58, y=0, width=1.6, height=HEIGHT, fill=GOLD),
        *plaque(x=29.0, y=32.0, scale=1.7),
        TextBox(
            x=left,
            y=24,
            width=width,
            height=20,
            text=facts.title,
            size=32,
            min_size=14,
            max_lines=2,
            single_line_size=20,
            bold=True,
            leading=1.2,
            align="left",
            tracking=_tracking(facts.title, 8, 0.6),
        ),
        Rectangle(x=left, y=48, width=22, height=1.1, fill=GOLD),
        TextBox(
            x=left, y=60, width=width, height=8, text=facts.lead, size=12.5, min_size=9, colour=INK_3, align="left"
        ),
        TextBox(
            x=left,
            y=70,
            width=width,
            height=24,
            text=facts.name,
            size=34,
            min_size=15,
            max_lines=2,
            single_line_size=21,
            bold=True,
            align="left",
            colour=GOLD_INK,
            leading=1.25,
            tracking=_tracking(facts.name, 3, 0.3),
        ),
        TextBox(
            x=left,
            y=100,
            width=width,
            height=40,
            text=facts.body,
            size=15,
            min_size=9.5,
            max_lines=5,
            align="left",
            leading=1.7,
        ),
    ]
    return elements + _foot(facts, left=left, right=WIDTH - 24.0, top=149.0, code_x=13.0)


def _foot(facts: Facts, *, left: float, right: float, top: float, code_x: float | None = None) -> list[Element]:
    """QR code and serial at the left, seal in the middle, issuer, signatory and date at the right."""
    on_band = code_x is not None
    elements: list[Element] = []
    size = 29.0
    x = code_x if code_x is not None else left
    elements += [
        Rectangle(x=x - 2.2, y=top - 1.2, width=size + 4.4, height=size + 4.4, fill="#ffffff", radius=0.8),
        Code(x=x, y=top + 1, size=size, text=facts.check_url),
    ]
    text_x = left if on_band else left + size + 5.5
    text_width = 68.0
    rows = [(facts.serial_label, facts.serial), (facts.issued_label, facts.issued_on)]
    if facts.expires_on:
        rows.append((facts.expires_label, facts.expires_on))
    y = top + (3.0 if facts.expires_on else 6.5)
    for label, value in rows:
        elements.append(
            TextBox(
                x=text_x,
                y=y,
                width=text_width,
                height=4,
                text=label,
                size=7.5,
                min_size=6,
                colour=INK_3,
                align="left",
                leading=1.2,
            )
        )
        elements.append(
            TextBox(
                x=text_x,
                y=y + 3.7,
                width=text_width,
                height=5,
                text=value,
                size=9.5,
                min_size=7,
                colour=INK,
                align="left",
                leading=1.2,
            )
        )
        y += 9.6
    elements.append(
        TextBox(
            x=x - 2.2 if not on_band else 6.0,
            y=top + size + 4.2,
            width=96.0 if not on_band else 46.0,
            height=5 if not on_band else 8,
            text=facts.check_label,
            size=7.5,
            min_size=5.5,
            max_lines=1 if not on_band else 2,
            colour=INK_3 if not on_band else "#c9bfab",
            align="left" if not on_band else "center",
            leading=1.3,
        )
    )
    block = right - 74.0
    if facts.signatory:
        elements += [
            TextBox(
                x=block,
                y=top + 2.5,
                width=74,
                height=8,
                text=facts.signatory,
                size=14,
                min_size=8,
                colour=INK,
                bold=True,
            ),
            Lines(points=((block + 8, top + 12.2), (right - 8, top + 12.2)), stroke=GOLD, line=0.25),
        ]
    elements.append(
        TextBox(
            x=block,
            y=top + 14,
            width=74,
            height=13,
            text=facts.issuer,
            size=12,
            min_size=8,
            max_lines=2,
            colour=INK_2,
            leading=1.35,
        )
    )
    # The seal is drawn last, over the corner of the issuer's block, where a stamp would be set.
    return elements + seal(facts.seal, x=block - 17.0, y=top + 14.5)


DESIGNS: dict[str, Callable[[Facts], list[Element]]] = {
    "golden_list": _golden_list,
    "vermilion": _vermilion,
    "ink_band": _ink_band,
}
"""Every built-in design by the name that templates store."""
