"""Breaking mixed Chinese and Latin text into lines, and fitting it into a box: pure, widths come as a function.

Latin words stay whole; Chinese breaks between any two characters, except that no line begins with a closing mark or
ends with an opening one (the prohibition rules of GB/T 15834 and JIS X 4051, in their simple form).
"""

from collections.abc import Callable
from dataclasses import dataclass

Measure = Callable[[str, float], float]
"""Width of a text (first) at a size in points (second), in points."""

NOT_AT_START = frozenset("，。、；：？！）》〉」』】〕〗”’…—–·•%％℃‰,.;:?!)]}")
NOT_AT_END = frozenset("（《〈「『【〔〖“‘([{￥¥$€")
BREAK_AFTER = frozenset("-/")
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedText:
    """Lines that fit, the size they fit at in points, and whether some text had to be left out."""

    lines: tuple[str, ...]
    size: float
    is_cut: bool = False


def is_wide(character: str) -> bool:
    """Whether the character stands for itself in a line, as Chinese characters and full-width marks do."""
    code = ord(character)
    return 0x2E80 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7AF or 0xF900 <= code <= 0xFAFF or code >= 0xFE30


def split_units(text: str) -> list[str]:
    """Return the parts between which a line may be broken; a space is a part of its own."""
    units: list[str] = []
    joins = True  # whether the next character must stay with the unit before it
    for character in text:
        if character == " ":
            if units and units[-1] != " ":
                units.append(" ")
            joins = False
            continue
        previous = units[-1][-1] if units else ""
        glued = previous not in ("", " ") and (
            character in NOT_AT_START
            or previous in NOT_AT_END
            or (joins and not is_wide(character) and not is_wide(previous) and previous not in BREAK_AFTER)
        )
        if glued:
            units[-1] += character
        else:
            units.append(character)
        joins = True
    return units


def break_text(text: str, *, width: float, size: float, measure: Measure) -> list[str]:
    """Return the lines of `text` in `width` points; newlines in it are kept. A word wider than a line is cut."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for unit in split_units(paragraph):
            if measure((line + unit).rstrip(), size) <= width:
                line += unit if line or unit != " " else ""
                continue
            if line.strip():
                lines.append(line.rstrip())
            line = ""
            for character in unit.lstrip():
                if line and measure(line + character, size) > width:
                    lines.append(line)
                    line = ""
                line += character
        lines.append(line.rstrip())
    return lines


def balance(lines: list[str], *, text: str, width: float, size: float, measure: Measure) -> list[str]:
    """Return as many lines as given, of lengths as equal as the text allows; for centred headings."""
    if len(lines) < 2:
        return lines
    low, high = width / len(lines), width
    for _step in range(12):
        middle = (low + high) / 2
        if len(break_text(text, width=middle, size=size, measure=measure)) <= len(lines):
            high = middle
        else:
            low = middle
    return break_text(text, width=high, size=size, measure=measure)


def fit_text(
    text: str,
    *,
    width: float,
    size: float,
    min_size: float,
    measure: Measure,
    max_lines: int = 1,
    single_line_size: float | None = None,
    balanced: bool = False,
) -> FittedText:
    """Return `text` at the largest size from `size` down to `min_size` at which it takes at most `max_lines`.

    One line is preferred down to `single_line_size` (default: `size`, that is, more lines before smaller letters).
    What does not fit at `min_size` is cut, with an ellipsis, and said so.
    """
    if not text.strip():
        return FittedText(lines=(), size=size)
    full = measure(text, size)
    floor = max(min_size, single_line_size if single_line_size is not None else (size if max_lines > 1 else min_size))
    single = size if full <= width else size * width / full
    if "\n" not in text and single >= floor:
        return FittedText(lines=(text,), size=single)
    trial = size
    while True:
        lines = break_text(text, width=width, size=trial, measure=measure)
        if len(lines) <= max_lines:
            if balanced:
                lines = balance(lines, text=text, width=width, size=trial, measure=measure)
            return FittedText(lines=tuple(lines), size=trial)
        if trial <= min_size:
            break
        trial = max(min_size, trial - 0.5)
    kept = lines[:max_lines]
    last = kept[-1]
    while last and measure(last + ELLIPSIS, min_size) > width:
        last = last[:-1]
    kept[-1] = last.rstrip() + ELLIPSIS
    return FittedText(lines=tuple(kept), size=min_size, is_cut=True)
