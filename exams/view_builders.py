"""One builder a question type, from content, order, response and key to a view. Called by exams.presentation only."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from exams.domain.text import one_line
from exams.richtext import safe_html, split_at_markers
from exams.view_models import (
    LETTERS,
    TYPE_LABELS,
    CriterionView,
    FieldView,
    OptionView,
    QuestionView,
    Seen,
    SegmentView,
    is_answered,
    number_text,
)


def build(type_: str, content: Mapping[str, Any], seen: Seen, *, name: str, number: str, marks: str) -> QuestionView:
    """Return the view of a question without review; KeyError for a type or content that does not exist."""
    view = QuestionView(
        type=type_, type_label=str(TYPE_LABELS.get(type_, type_)), name=name, number=number, marks=marks
    )
    if type_ in {"fill_blank", "cloze"}:
        return _with_segments(view, content, seen)
    view = replace(view, stem=safe_html(str(content.get("stem", ""))))
    return _BUILDERS[type_](view, content, seen)


def _options(
    items: Sequence[Mapping[str, Any]],
    *,
    chosen: frozenset[str] = frozenset(),
    right: frozenset[str] | None = None,
    feedback: Mapping[str, str] | None = None,
) -> tuple[OptionView, ...]:
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


def _single_choice(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    right = None
    if seen.key is not None:
        right = frozenset(id_ for id_, value in seen.key.get("fractions", {}).items() if value >= 1 - 1e-6)
    options = _options(
        content["options"],
        chosen=frozenset([seen.response]) if isinstance(seen.response, str) else frozenset(),
        right=right,
        feedback=(seen.key or {}).get("feedback"),
    )
    return replace(view, options=options, right_text=_letters(options))


def _multiple_choice(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    chosen = frozenset(seen.response) if isinstance(seen.response, list | tuple) else frozenset()
    options = _options(
        content["options"],
        chosen=chosen,
        right=None if seen.key is None else frozenset(seen.key.get("correct", ())),
        feedback=(seen.key or {}).get("feedback"),
    )
    return replace(view, options=options, right_text=_letters(options))


def _letters(options: Sequence[OptionView]) -> str:
    return "".join(option.letter for option in options if option.is_right)


def _true_false(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    given = {True: "true", False: "false"}.get(seen.response) if isinstance(seen.response, bool) else None
    right = None if seen.key is None else frozenset(["true" if seen.key.get("correct") else "false"])
    labels = [{"id": "true", "text": _("True")}, {"id": "false", "text": _("False")}]
    options = _options(
        labels,
        chosen=frozenset([given]) if given else frozenset(),
        right=right,
        feedback=(seen.key or {}).get("feedback"),
    )
    return replace(view, options=options, right_text=next((str(o.html) for o in options if o.is_right), ""))


def _with_segments(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Build a stem with fields in it: fill_blank (blanks) and cloze (gaps)."""
    is_cloze = view.type == "cloze"
    entries = content.get("gaps" if is_cloze else "blanks", ())
    keys = (seen.key or {}).get("gaps" if is_cloze else "blanks", {})
    given = seen.response if isinstance(seen.response, Mapping) else {}
    fields: dict[str, FieldView] = {}
    for place, entry in enumerate(entries, start=1):
        id_ = entry["id"]
        value = given.get(id_)
        fields[id_] = _blank_field(view.name, entry, place, value, keys.get(id_), seen)
    segments = [
        SegmentView(html=html, field=fields.get(marker)) for html, marker in split_at_markers(content.get("stem", ""))
    ]
    placed = {segment.field.id for segment in segments if segment.field}
    segments += [SegmentView(html=SafeString(" "), field=blank) for id_, blank in fields.items() if id_ not in placed]
    return replace(view, segments=tuple(segments), fields=tuple(fields.values()))


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
        options = _options(items, chosen=chosen, right=right)
        right_text = (" / " if kind == "choice" else " + ").join(_plain(o.html) for o in options if o.is_right)
        said = (key or {}).get("feedback", {})
        feedback = " ".join(said[entry["id"]] for entry in items if entry["id"] in chosen and said.get(entry["id"]))
    return _marked(
        FieldView(
            id=id_,
            name=f"{name}.{id_}",
            kind=kind,
            label=_("Blank %(number)s") % {"number": place},
            size=int(entry.get("size") or 12),
            value=value,
            value_text=" + ".join(_plain(option.html) for option in options if option.is_chosen) or value,
            options=options,
            right_text=right_text,
            feedback=safe_html(feedback),
        ),
        seen,
    )


def _plain(html: str) -> str:
    return one_line(html)


def _blank_key_text(key: Mapping[str, Any]) -> str:
    """Return the right answers of a blank in words."""
    if key.get("match") == "numeric" and key.get("numeric"):
        return str(key["numeric"].get("value", ""))
    answers = [answer for answer in key.get("answers", ()) if answer.get("fraction", 1) >= 1 - 1e-6]
    return " / ".join(str(answer.get("text", "")) for answer in answers)


def _marked(blank: FieldView, seen: Seen, *, part_id: str | None = None) -> FieldView:
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


def _text_value(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
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


def _essay(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    key = seen.key or {}
    rubric = tuple(
        CriterionView(
            id=str(line.get("id", "")),
            text=str(line.get("criterion", "")),
            points=number_text(line.get("points", 0)),
            given_percent=_percent(seen.parts.get(str(line.get("id", "")))),
        )
        for line in key.get("rubric", ())
    )
    return replace(
        view,
        value="" if seen.response is None else str(seen.response),
        min_words=content.get("min_words"),
        max_words=content.get("max_words"),
        rubric=rubric,
        model_answer=safe_html(key.get("model_answer", "") or ""),
    )


def _percent(part: Mapping[str, Any] | None) -> int | None:
    fraction = (part or {}).get("fraction")
    return None if fraction is None else round(fraction * 100)


def _assignment(
    view: QuestionView,
    seen: Seen,
    *,
    items: Sequence[Mapping[str, Any]],
    targets: Sequence[Mapping[str, Any]],
    right: Mapping[str, str],
) -> QuestionView:
    """Build matching and categorisation: every item gets one target."""
    given = seen.response if isinstance(seen.response, Mapping) else {}
    target_views = _options(targets)
    texts = {target.id: f"{target.letter}. {_plain(target.html)}" for target in target_views}
    fields = tuple(
        _marked(
            FieldView(
                id=item["id"],
                name=f"{view.name}.{item['id']}",
                kind="choice",
                html=safe_html(item.get("text", "")),
                label=_plain(safe_html(item.get("text", ""))),
                value=str(given.get(item["id"]) or ""),
                value_text=texts.get(str(given.get(item["id"]) or ""), ""),
                options=_options(targets, chosen=frozenset([str(given.get(item["id"]) or "")])),
                right_text=texts.get(right.get(item["id"], ""), ""),
            ),
            seen,
        )
        for item in items
    )
    return replace(view, fields=fields, targets=target_views)


def _matching(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    return _assignment(
        view,
        seen,
        items=content["left"],
        targets=content["right"],
        right=(seen.key or {}).get("pairs", {}),
    )


def _categorisation(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    return _assignment(
        view,
        seen,
        items=content["items"],
        targets=content["categories"],
        right=(seen.key or {}).get("placement", {}),
    )


def _ordering(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    """Build ordering: items in the learner's order, with the place of each; `targets` is the right order."""
    items = content["items"]
    response = seen.response if isinstance(seen.response, list | tuple) else ()
    places = {id_: place for place, id_ in enumerate(response, start=1)}
    shown = sorted(items, key=lambda item: places.get(item["id"], len(items) + 1))
    right_places = {id_: place for place, id_ in enumerate((seen.key or {}).get("order", ()), start=1)}
    fields = tuple(
        _marked(
            FieldView(
                id=item["id"],
                name=f"{view.name}.{item['id']}",
                kind="place",
                html=safe_html(item.get("text", "")),
                label=_plain(safe_html(item.get("text", ""))),
                value=str(places.get(item["id"], "")),
                options=tuple(
                    OptionView(id=str(n), html=SafeString(n), is_chosen=places.get(item["id"]) == n)
                    for n in range(1, len(items) + 1)
                ),
                right_text=str(right_places.get(item["id"], "")),
            ),
            seen,
            part_id=str(places.get(item["id"], "")),
        )
        for item in shown
    )
    right = sorted(items, key=lambda item: right_places.get(item["id"], 0)) if right_places else []
    return replace(view, fields=fields, targets=_options(right))


def _material(view: QuestionView, content: Mapping[str, Any], seen: Seen) -> QuestionView:
    given = seen.response if isinstance(seen.response, Mapping) else {}
    keys = (seen.key or {}).get("questions", {})
    questions = []
    for place, entry in enumerate(content["questions"], start=1):
        id_ = entry["id"]
        part = seen.parts.get(id_, {})
        inner = Seen(
            response=given.get(id_),
            key=keys.get(id_) if seen.key is not None else None,
            parts={str(item.get("id")): item for item in part.get("parts", ())},
            shows_marks=seen.shows_marks,
        )
        question = build(
            entry["type"],
            entry["content"],
            inner,
            name=f"{view.name}.{id_}",
            number=f"({place})",
            marks=number_text(entry.get("marks", 1)),
        )
        questions.append(replace(question, part=id_, is_answered=is_answered(given.get(id_))))
    return replace(view, questions=tuple(questions))


_BUILDERS = {
    "single_choice": _single_choice,
    "multiple_choice": _multiple_choice,
    "true_false": _true_false,
    "numerical": _text_value,
    "short_text": _text_value,
    "essay": _essay,
    "matching": _matching,
    "ordering": _ordering,
    "categorisation": _categorisation,
    "material": _material,
}
