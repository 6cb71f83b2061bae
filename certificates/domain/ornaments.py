"""Ornaments of certificates: seal, rosette, the mark of the house, dividers, fretted corners."""

import math

from certificates.domain.elements import (
    GOLD,
    GOLD_INK,
    HEIGHT,
    PAPER,
    RED,
    WIDTH,
    Circle,
    Element,
    Lines,
    Rectangle,
    TextBox,
)


def seal(text: str, *, x: float, y: float) -> list[Element]:
    """A vermilion seal of one to four characters, right column first; without text a golden rosette."""
    characters = text[:4]
    if not characters:
        return _rosette(x=x, y=y, radius=11.5)
    side = 21.0
    columns = 1 if len(characters) == 1 else 2
    rows = 1 if len(characters) == 1 else math.ceil(len(characters) / columns)
    if len(characters) == 2:
        columns, rows = 1, 2
    width = side if columns == 2 or rows == 1 else side * 0.66
    left, top = x - width / 2, y - side / 2
    elements: list[Element] = [
        Rectangle(x=left, y=top, width=width, height=side, fill=RED, radius=1.4),
        Rectangle(x=left + 1, y=top + 1, width=width - 2, height=side - 2, stroke=PAPER, line=0.35, radius=0.8),
    ]
    cell_w, cell_h = (width - 3.4) / columns, (side - 3.4) / rows
    for index, character in enumerate(characters):
        column, row = columns - 1 - index // rows, index % rows
        elements.append(
            TextBox(
                x=left + 1.7 + column * cell_w,
                y=top + 1.7 + row * cell_h,
                width=cell_w,
                height=cell_h,
                text=character,
                size=min(cell_w, cell_h) * 2.55,
                min_size=6,
                bold=True,
                colour=PAPER,
                leading=1.0,
            )
        )
    return elements


def _rosette(*, x: float, y: float, radius: float) -> list[Element]:
    """A golden medal: a toothed disc, two rings, three rising bars (the mark of the house)."""
    teeth = []
    for step in range(72):
        angle = math.tau * step / 72
        reach = radius if step % 2 else radius * 0.93
        teeth.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    ribbon = [
        Lines(
            points=(
                (x + side * 2.0, y + radius * 0.7),
                (x + side * 8.0, y + radius * 0.55),
                (x + side * 9.4, y + radius * 1.75),
                (x + side * 6.2, y + radius * 1.52),
                (x + side * 4.0, y + radius * 1.85),
            ),
            fill="#c99b3c",
            closed=True,
        )
        for side in (-1, 1)
    ]
    bars: list[Element] = [
        Rectangle(x=x + offset - 0.9, y=y + 3.6 - height, width=1.8, height=height, fill=GOLD_INK, radius=0.7)
        for offset, height in ((-3.4, 3.2), (0.0, 5.6), (3.4, 8.0))
    ]
    return [
        *ribbon,
        Lines(points=tuple(teeth), fill=GOLD, closed=True),
        Circle(x=x, y=y, radius=radius * 0.8, fill="#d2a648", stroke=PAPER, line=0.4),
        Circle(x=x, y=y, radius=radius * 0.7, stroke=GOLD_INK, line=0.25),
        *bars,
    ]


def plaque(*, x: float, y: float, scale: float) -> list[Element]:
    """The mark of the house: a golden plaque on a cord, with three rising bars."""
    s = scale

    def bar(offset: float, height: float) -> Rectangle:
        return Rectangle(
            x=x + (offset - 0.75) * s,
            y=y + (8.4 - height) * s,
            width=1.5 * s,
            height=height * s,
            fill="#1d1b17",
            radius=0.6 * s,
        )

    return [
        Lines(
            points=((x - 4 * s, y - 4.4 * s), (x, y - 7.6 * s), (x + 4 * s, y - 4.4 * s)),
            stroke="#8a6414",
            line=0.9 * s,
        ),
        Rectangle(x=x - 7 * s, y=y - 4.6 * s, width=14 * s, height=15.4 * s, fill="#d2a648", radius=1.9 * s),
        Rectangle(
            x=x - 5.6 * s,
            y=y - 3.2 * s,
            width=11.2 * s,
            height=12.6 * s,
            stroke="#8a6414",
            line=0.5 * s,
            radius=0.9 * s,
        ),
        bar(-3.1, 3.2),
        bar(0.0, 5.6),
        bar(3.1, 8.0),
    ]


def divider(*, y: float, colour: str) -> list[Element]:
    """Two fine lines with a lozenge between them."""
    middle = WIDTH / 2
    return [
        Lines(points=((middle - 46, y), (middle - 5, y)), stroke=colour, line=0.3),
        Lines(points=((middle + 5, y), (middle + 46, y)), stroke=colour, line=0.3),
        Lines(
            points=((middle, y - 1.7), (middle + 1.7, y), (middle, y + 1.7), (middle - 1.7, y)),
            fill=colour,
            closed=True,
        ),
    ]


def fret_corners(*, inset: float, colour: str) -> list[Element]:
    """A squared spiral (回纹) in each corner, cut into the inner frame."""
    size, step = 12.0, 2.0
    spiral = (
        (0.0, size),
        (0.0, 0.0),
        (size, 0.0),
        (size, step * 4),
        (step * 2, step * 4),
        (step * 2, step * 2),
        (step * 4, step * 2),
    )
    elements: list[Element] = []
    for right, bottom in ((False, False), (True, False), (False, True), (True, True)):

        def place(point: tuple[float, float], *, r: bool = right, b: bool = bottom) -> tuple[float, float]:
            x = inset + 3 + point[0]
            y = inset + 3 + point[1]
            return (WIDTH - x if r else x, HEIGHT - y if b else y)

        elements.append(Lines(points=tuple(place(point) for point in spiral), stroke=colour, line=0.6))
    return elements
