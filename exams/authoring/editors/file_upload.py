"""The form of file upload: what is taken, rubric and model answer."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from exams.authoring.editor import Editor, Pair
from exams.authoring.editor_form import Field, Values
from exams.authoring.editor_parts import RUBRIC, STEM, number_or_none, number_text, rubric_from, rubric_values
from exams.domain.types.file_upload import ENDINGS

KINDS = (
    ("picture", _("Pictures")),
    ("document", _("Documents")),
    ("audio", _("Sound recordings")),
    ("video", _("Films")),
    ("archive", _("ZIP archives")),
    ("code", _("Program code")),
)


def load(content: Mapping[str, Any], key: Mapping[str, Any]) -> Values:
    """Return form values from content and key."""
    kinds = content.get("kinds", ("picture", "document"))
    return {
        "stem": content["stem"],
        **{f"takes_{kind}": kind in kinds for kind in ENDINGS},
        "kind_order": ",".join(kinds),
        "maximum_files": number_text(content.get("maximum_files", 1)),
        "maximum_megabytes": number_text(content.get("maximum_megabytes", 20)),
        **rubric_values(key),
    }


def dump(values: Values) -> Pair:
    """Return content and key from form values."""
    before = values["kind_order"].split(",")
    kinds = sorted(
        (kind for kind in ENDINGS if values[f"takes_{kind}"]),
        key=lambda kind: before.index(kind) if kind in before else len(before),
    )
    content: dict[str, Any] = {"stem": values["stem"], "kinds": kinds}
    for name in ("maximum_files", "maximum_megabytes"):
        if (number := number_or_none(values[name], name)) is not None:
            content[name] = int(number)
    return content, rubric_from(values)


EDITOR = Editor(
    type="file_upload",
    hint=_("Files that a person marks."),
    layout=(
        STEM,
        *(
            Field(
                name=f"takes_{kind}",
                label=label,
                kind="check",
                default=kind in {"picture", "document"},
                help=", ".join(ENDINGS[kind]),  # type: ignore[index] # KINDS names the kinds of ENDINGS as plain text
            )
            for kind, label in KINDS
        ),
        Field(name="maximum_files", label=_("At most so many files"), kind="number", default="1"),
        Field(name="maximum_megabytes", label=_("Each at most so many megabytes"), kind="number", default="20"),
        *RUBRIC,
        Field(name="kind_order", kind="hidden"),
    ),
    load=load,
    dump=dump,
    aliases={"kinds": "takes_picture"},
)
