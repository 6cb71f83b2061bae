"""File upload: files that the learner hands in and a person marks, by rubric or by points."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from exams.domain import responses
from exams.domain.errors import InvalidResponse, Problem
from exams.domain.marks import Completeness, GradingPolicy, Mark, MarkState, PartMark, blank_mark
from exams.domain.rubric import Criterion, rubric_problems
from exams.domain.schema import RichText, Schema, TypeInfo, gettext_noop
from exams.domain.text import one_line

TYPE = TypeInfo(
    "file_upload",
    gettext_noop("File upload"),
    "upload",
    is_auto_graded=False,
    default_marks=Decimal(10),
    order=75,
    takes_files=True,
)

FileKind = Literal["picture", "document", "audio", "video", "archive", "code"]
ENDINGS: Mapping[FileKind, tuple[str, ...]] = {
    "picture": (".png", ".jpg", ".jpeg", ".webp", ".heic"),
    "document": (".pdf", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".txt", ".md", ".csv"),
    "audio": (".mp3", ".m4a", ".wav", ".ogg", ".opus"),
    "video": (".mp4", ".mov", ".webm"),
    "archive": (".zip",),
    "code": (".py", ".java", ".c", ".cpp", ".h", ".js", ".ts", ".sql", ".ipynb", ".html", ".css"),
}
"""What a file of each kind may be called."""
MAXIMUM_FILES = 10
MAXIMUM_MEGABYTES = 200
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Content(Schema):
    """The task, the kinds of files that are taken, how many, and how large each may be in megabytes."""

    stem: RichText
    kinds: Annotated[tuple[FileKind, ...], Field(min_length=1)] = ("picture", "document")
    maximum_files: Annotated[int, Field(ge=1, le=MAXIMUM_FILES)] = 1
    maximum_megabytes: Annotated[int, Field(ge=1, le=MAXIMUM_MEGABYTES)] = 20

    @property
    def endings(self) -> tuple[str, ...]:
        """Return the endings that are taken."""
        return tuple(ending for kind in self.kinds for ending in ENDINGS[kind])


class Key(Schema):
    """The rubric, whose points share out the marks, and an answer to compare with."""

    rubric: tuple[Criterion, ...] = ()
    model_answer: RichText = ""


class HandedIn(Schema):
    """A file that was uploaded: its id in the storage and its name on the learner's device. Whether it is hers, and
    how large, the server looks up."""

    id: Annotated[str, Field(pattern=_UUID.pattern)]
    name: Annotated[str, Field(min_length=1, max_length=255)]


Response = tuple[HandedIn, ...]


def read_form(content: Mapping[str, Any], form: responses.PostedForm, name: str) -> list[dict[str, str]] | None:
    """Return the raw response in a posted form, where each file is `id name` and those of `.remove` are gone; None
    where nothing was answered."""
    removed = set(form.getlist(f"{name}.remove"))
    pairs = (value.partition(" ") for value in form.getlist(name))
    return [{"id": id_, "name": file_name} for id_, _space, file_name in pairs if id_ and id_ not in removed] or None


def parse_response(content: Content, raw: object) -> Response | None:
    """Return the files in the order they were added."""
    if raw is None or raw == "" or raw == []:
        return None
    if not isinstance(raw, list | tuple):
        raise InvalidResponse("The response must be a list of files.")
    if len(raw) > content.maximum_files:
        raise InvalidResponse("There are more files than the question takes.")
    files = tuple(_file(entry, content) for entry in raw)
    if len({file.id for file in files}) != len(files):
        raise InvalidResponse("The response names a file twice.")
    return files


def _file(entry: object, content: Content) -> HandedIn:
    if isinstance(entry, HandedIn):
        return entry
    if not isinstance(entry, Mapping) or set(entry) != {"id", "name"}:
        raise InvalidResponse("The response must be a list of files.")
    id_, name = entry["id"], entry["name"]
    if not isinstance(id_, str) or not _UUID.fullmatch(id_) or not isinstance(name, str) or not 0 < len(name) <= 255:
        raise InvalidResponse("The response must be a list of files.")
    if any(sign < " " or "\ud800" <= sign <= "\udfff" for sign in name):
        raise InvalidResponse("The response contains characters that cannot be stored.")
    if not name.lower().endswith(content.endings):
        raise InvalidResponse("Files of this kind are not taken here.")
    return HandedIn(id=id_, name=name)


def grade(content: Content, key: Key, response: Response | None, policy: GradingPolicy) -> Mark:
    """Return a pending mark with one part a criterion (or the single part `files`); a blank earns nothing at once."""
    if response is None:
        return blank_mark()
    parts = tuple(PartMark(c.id, None, None, weight=c.points) for c in key.rubric)
    return Mark(
        None, MarkState.PENDING, parts or (PartMark("files", None, None, summarise_response(content, response)),)
    )


def completeness(content: Content, response: Response | None) -> Completeness:
    """Answered once a file is there."""
    return Completeness.UNANSWERED if response is None else Completeness.ANSWERED


def validate(content: Content, key: Key) -> list[Problem]:
    """Report repeated kinds and repeated or empty criteria."""
    problems = list(rubric_problems(key.rubric))
    if len(set(content.kinds)) != len(content.kinds):
        problems.append(Problem("content.kinds", "A kind of file is listed twice."))
    return problems


def option_order(content: Content) -> dict[str, tuple[str, ...]]:
    """There is nothing to shuffle."""
    return {}


def public_content(content: Content, order: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the task and what is taken."""
    return content.model_dump()


def list_feedback(content: Content, key: Key) -> dict[str, str]:
    """Return nothing: a marker writes the feedback."""
    return {}


def summarise(content: Content) -> str:
    """Return the task."""
    return one_line(content.stem)


def summarise_key(content: Content, key: Key) -> str:
    """Return the model answer, or the criteria where there is none."""
    return one_line(key.model_answer) or "; ".join(one_line(c.criterion) for c in key.rubric)


def summarise_response(content: Content, response: Response | None) -> str:
    """Return the names of the files."""
    return "; ".join(file.name for file in response or ())
