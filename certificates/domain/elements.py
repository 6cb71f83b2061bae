"""What a certificate is drawn of, in mm from the top left corner of a landscape A4 sheet, and its colours."""

from dataclasses import dataclass
from typing import Literal

WIDTH, HEIGHT = 297.0, 210.0
INK, INK_2, INK_3 = "#1c1b18", "#4f4a41", "#6b6559"
PAPER, WHITE = "#fdf9ee", "#fffefb"
GOLD, GOLD_INK = "#b08328", "#6d4d08"
RED = "#a32b20"
Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A rectangle; `line` is the width of its outline."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    stroke: str | None = None
    line: float = 0.3
    radius: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A circle round (x, y)."""

    x: float
    y: float
    radius: float
    fill: str | None = None
    stroke: str | None = None
    line: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Straight lines through points."""

    points: tuple[tuple[float, float], ...]
    stroke: str | None = None
    fill: str | None = None
    line: float = 0.3
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBox:
    """Text set into a box: made smaller from `size` to `min_size` (points) until it takes at most `max_lines`.

    It stands in the middle of the height, or at the top with `at_top`.
    """

    x: float
    y: float
    width: float
    height: float
    text: str
    size: float
    min_size: float
    max_lines: int = 1
    single_line_size: float | None = None
    bold: bool = False
    colour: str = INK
    align: Align = "center"
    leading: float = 1.4
    tracking: float = 0.0
    at_top: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A QR code of `size` mm a side that leads to `text`."""

    x: float
    y: float
    size: float
    text: str
    colour: str = INK


Element = Rectangle | Circle | Lines | TextBox | Code
