"""Our own record format: JSON Lines and YAML, which carry everything. Also what the demo's question files are
written in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from exams.interchange.plan import ParsedRow, RowProblem, UnreadableFile

MAXIMUM_LINE = 1_000_000


def parse_json_lines(data: bytes) -> tuple[list[str], Iterator[ParsedRow]]:
    """Return one row a line; a line that is no JSON object is a problem of that row. UnreadableFile when it is not
    UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(_("The file is not UTF-8 text.")) from error
    return ["record"], _json_rows(text)


def _json_rows(text: str) -> Iterator[ParsedRow]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        cells = (line[:2000],)
        if len(line) > MAXIMUM_LINE:
            yield _broken(number, "line_too_long", cells)
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            yield _broken(number, "no_json", cells)
            continue
        if not isinstance(record, dict):
            yield _broken(number, "no_record", cells)
            continue
        yield ParsedRow(row=number, record=record, cells=cells)


def _broken(number: int, code: str, cells: tuple[str, ...]) -> ParsedRow:
    return ParsedRow(row=number, record=None, problems=(RowProblem(row=number, field="", code=code),), cells=cells)


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, so that a few lines cannot unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases."""
        if self.check_event(yaml.events.AliasEvent):
            raise UnreadableFile(_("YAML aliases are not supported here."))
        return super().compose_node(parent, index)


def parse_yaml(data: bytes) -> tuple[list[str], Iterator[ParsedRow]]:
    """Return one row an entry of a YAML list; UnreadableFile when it is not one."""
    try:
        loaded = yaml.load(data.decode("utf-8-sig"), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader without aliases
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableFile(_("The file is not readable YAML.")) from error
    if not isinstance(loaded, list):
        raise UnreadableFile(_("The file has to be a list of question records."))
    rows = (
        ParsedRow(row=number, record=record, cells=(str(record)[:2000],))
        if isinstance(record, dict)
        else _broken(number, "no_record_entry", (str(record)[:2000],))
        for number, record in enumerate(loaded, start=1)
    )
    return ["record"], rows


def records_from_yaml(path: Path) -> list[dict[str, Any]]:
    """Return the records of a question file of the demo, or of all files of a folder in the order of their names."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    records: list[dict[str, Any]] = []
    for file in files:
        loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(loaded, list):
            raise UnreadableFile(f"{file.name} has to be a list of question records.")
        records += loaded
    return records
