"""Pieces of question views that several types share: options, fields in a stem, typed lines, assignments."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from exams.domain.rubric import RubricLevel, level_reached
from exams.domain.text import one_line
from exams.richtext import safe_html, split_at_markers
from exams.view_models import (
    EMPTY,
    LETTERS,
    CriterionView,
    FieldView,
    LevelView,
    OptionView,
    QuestionView,
    Seen,
    SegmentView,
    number_text,
)

EMPTY_LIMITS: Mapping[str, int] = MappingProxyType({})


def option_views(
    items: Sequence[Mapping[str, Any]],
    *,
    chosen: frozenset[str] = frozenset(),
    right: frozenset[str] | None = None,
    feedback: Mapping[str, str] | None = None,
) -> tuple[OptionView, ...]:
    """Return options with letters in their order, as far as choice, key and feedback may be known."""
    return tuple(
        OptionView(
            id=item["id"],
            html=safe_html(item.get("text", "")),
            letter=LETTERS[place] if place < len(LETTERS) else str(place + 1),
            is_chosen=item["id"] in chosen,
            is_right=None if right is None else item["id"] in right,
            feedback=safe_html((feedback or {}).get(item["id"], "")),
        )
        for place, item in enumerate(items)
    )


def letters_of(options: Sequence[OptionView]) -> str:
    """Return the letters of the right options."""
    return "".join(option.letter for option in options if option.is_right)


def with_segments(view: QuestionView, content: Mapping[str, Any], seen: Seen, *, name: str) -> QuestionView:
    """Build a stem with fields in it, whose entries stand under `name` in content and key; there is no stem beside."""
    entries = content.get(name, ())
    keys = (seen.key or {}).get(name, {})
    given = seen.response if isinstance(seen.response, Mapping) else {}
    fields: dict[str, FieldView] = {}
    for place, entry in enumerate(entries, start=1):
        id_ = entry["id"]
        fields[id_] = _blank_field(view.name, entry, place, given.get(id_), keys.get(id_), seen)
    segments = [
        SegmentView(html=html, field=fields.get(marker)) for html, marker in split_at_markers(content.get("stem", ""))
    ]
    placed = {segment.field.id for segment in segments if segment.field}
    segments += [SegmentView(html=SafeString(" "), field=blank) for id_, blank in fields.items() if id_ not in placed]
    return replace(view, stem=EMPTY, segments=tuple(segments), fields=tuple(fields.values()))


def _blank_field(
    name: str, entry: Mapping[str, Any], place: int, given: Any, key: Mapping[str, Any] | None, seen: Seen
) -> FieldView:
    id_ = entry["id"]
    kind = entry.get("kind", "text")
    chosen = frozenset(map(str, given)) if isinstance(given, list | tuple) else frozenset([str(given or "")])
    value = "" if given is None or isinstance(given, list | tuple) else str(given)
    options: tuple[OptionView, ...] = ()
    right_text = _blank_key_text(key) if key else ""
    feedback = ""
    if kind in {"choice", "choices"}:
        least = 1 - 1e-6 if kind == "choice" else 1e-6
        right = None if key is None else frozenset(k for k, v in key.get("fractions", {}).items() if v >= least)
        items = entry.get("options", ())
        options = option_views(items, chosen=chosen, right=right)
        right_text = (" / " if kind == "choice" else " + ").join(plain(o.html) for o in options if o.is_right)
        said = (key or {}).get("feedback", {})
        feedback = " ".join(said[entry["id"]] for entry in items if entry["id"] in chosen and said.get(entry["id"]))
    return marked(
        FieldView(
            id=id_,
            name=f"{name}.{id_}",
            kind=kind,
            label=_("Blank %(number)s") % {"number": place},
            size=int(entry.get("size") or 12),
            value=value,
            value_text=" + ".join(plain(option.html) for option in options if option.is_chosen) or value,
            options=options,
            right_text=right_text,
            feedback=safe_html(feedback),
        ),
        seen,
    )


def plain(html: str) -> str:
    """Return rich text as one plain line."""
    return one_line(html)


def _blank_key_text(key: Mapping[str, Any]) -> str:
    """Return the right answers of a blank in words."""
    if key.get("match") == "numeric" and key.get("numerics"):
        return " / ".join(str(a["value"]) for a in key["numerics"] if a.get("fraction", 1) >= 1 - 1e-6)
    if key.get("match") == "numeric" and key.get("numeric"):
        return str(key["numeric"].get("value", ""))
    answers = [answer for answer in key.get("answers", ()) if answer.get("fraction", 1) >= 1 - 1e-6]
    return " / ".join(str(answer.get("text", "")) for answer in answers)


def marked(blank: FieldView, seen: Seen, *, part_id: str | None = None) -> FieldView:
    """Add how the part was marked, where marks may be shown."""
    part = seen.parts.get(blank.id if part_id is None else part_id)
    if not part:
        return blank
    fraction = part.get("fraction")
    return replace(
        blank,
        is_right=part.get("correct"),
        fraction_percent=None if fraction is None else round(fraction * 100),
    )


def text_value(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Build numerical and short_text: one line to type."""
    answers = [a for a in (seen.key or {}).get("answers", ()) if a.get("fraction", 1) >= 1 - 1e-6]
    texts = [str(answer.get("value", answer.get("text", ""))) for answer in answers]
    unit = str(content.get("unit_label") or "")
    return replace(
        view,
        value="" if seen.response is None else str(seen.response),
        unit_label=unit,
        right_text=" / ".join(f"{text} {unit}".strip() for text in texts),
    )


def rubric_views(key: Mapping[str, Any], parts: Mapping[str, Mapping[str, Any]], /) -> tuple[CriterionView, ...]:
    """Return the rubric of a stored key, with what a marker gave where the parts of a mark say so."""
    return tuple(_criterion_view(line, parts.get(str(line.get("id", "")))) for line in key.get("rubric", ()))


def _criterion_view(line: Mapping[str, Any], part: Mapping[str, Any] | None) -> CriterionView:
    points = float(line.get("points", 0))
    fraction = (part or {}).get("fraction")
    earned = None if fraction is None else fraction * points
    levels = sorted((RubricLevel(**level) for level in line.get("levels", ())), key=lambda level: level.points)
    reached = None if earned is None else level_reached(levels, earned)
    return CriterionView(
        id=str(line.get("id", "")),
        text=one_line(str(line.get("criterion", ""))),
        html=safe_html(str(line.get("criterion", ""))),
        points=number_text(points),
        earned=number_text(earned),
        levels=tuple(
            LevelView(points=number_text(level.points), text=level.text, is_reached=level is reached)
            for level in levels
        ),
    )


def _ids(value: Any) -> tuple[str, ...]:
    """Return one id or several as several; none for a blank."""
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),) if value else ()


def assignment(
    view: QuestionView,
    seen: Seen,
    *,
    items: Sequence[Mapping[str, Any]],
    targets: Sequence[Mapping[str, Any]],
    right: Mapping[str, Any],
    limits: Mapping[str, int] = EMPTY_LIMITS,
) -> QuestionView:
    """Build matching and categorisation: every item gets one target, or up to `limits` (0: any number) by item."""
    given = seen.response if isinstance(seen.response, Mapping) else {}
    target_views = option_views(targets)
    texts = {target.id: f"{target.letter}. {plain(target.html)}" for target in target_views}
    fields = []
    for item in items:
        id_ = item["id"]
        chosen, limit = _ids(given.get(id_)), limits.get(id_, 1)
        label = plain(safe_html(item.get("text", "")))
        field = FieldView(
            id=id_,
            name=f"{view.name}.{id_}",
            kind="choice" if limit == 1 else "choices",
            html=safe_html(item.get("text", "")),
            label=label,
            value=chosen[0] if limit == 1 and chosen else "",
            value_text=" + ".join(texts.get(one, "") for one in chosen if one in texts),
            options=option_views(targets, chosen=frozenset(chosen)),
            right_text=" + ".join(text for one, text in texts.items() if one in _ids(right.get(id_))),
            most=0 if limit == 1 else limit,
        )
        fields.append(marked(field, seen))
    return replace(view, fields=tuple(fields), targets=target_views)
