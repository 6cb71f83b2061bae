"""YAML lists of question records: what the demo's question files are written in. A file format; found by the
registry."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from exams.interchange.formats.base import Format, ParsedRow, Remark, Source, UnreadableFile, gettext_noop
from exams.interchange.formats.json_lines import take_attachments

MAXIMUM_BYTES = 20 * 1024 * 1024
TOO_LARGE = gettext_noop("A YAML file has at most %(limit)s MB. Use JSON Lines for more.")
NO_ALIASES = gettext_noop("YAML aliases are not supported here.")
NOT_YAML = gettext_noop("The file is not readable YAML.")
NO_LIST = gettext_noop("The file has to be a list of question records.")
NO_RECORD = gettext_noop("This entry is not a question record.")
BREAKS_OFF = gettext_noop("The file is not readable YAML from here on.")


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, so that a few lines cannot unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases."""
        if self.check_event(yaml.events.AliasEvent):
            raise UnreadableFile(NO_ALIASES)
        return super().compose_node(parent, index)


def read(source: Source) -> Iterator[ParsedRow]:
    """Yield one row an entry; UnreadableFile when the file is no list of them. An entry is read when it is its turn."""
    if source.path.stat().st_size > MAXIMUM_BYTES:
        raise UnreadableFile(TOO_LARGE, {"limit": MAXIMUM_BYTES // 1024**2})
    number = 0
    try:
        loader = _PlainLoader(source.path.read_text(encoding="utf-8-sig"))
        loader.get_event()
        if not loader.check_event(yaml.events.DocumentStartEvent):
            raise UnreadableFile(NO_LIST)
        loader.get_event()
        if not loader.check_event(yaml.events.SequenceStartEvent):
            raise UnreadableFile(NO_LIST)
        loader.get_event()
        while not loader.check_event(yaml.events.SequenceEndEvent):
            number += 1
            node = loader.compose_node(None, None)
            loader.anchors = {}
            yield _row(number, loader.construct_document(node))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        if number < 2:
            raise UnreadableFile(NOT_YAML) from error
        yield ParsedRow(row=number, record=None, problems=(Remark(row=number, field="", text=BREAKS_OFF),))


def _row(number: int, record: Any) -> ParsedRow:
    text = str(record)[:4000]
    if not isinstance(record, dict):
        remark = Remark(row=number, field="", text=NO_RECORD)
        return ParsedRow(row=number, record=None, problems=(remark,), source=text, cells=(text,))
    attachments, problems = take_attachments(record, number)
    return ParsedRow(row=number, record=record, problems=problems, attachments=attachments, source=text)


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


def detect(name: str, head: bytes) -> float:
    """Say how well a file fits: by its ending."""
    return 1.0 if name.endswith((".yaml", ".yml")) else 0.0


FORMAT = Format(
    name="yaml_records",
    label=gettext_noop("YAML records"),
    endings=(".yaml", ".yml"),
    detect=detect,
    read=read,
    order=90,
)
