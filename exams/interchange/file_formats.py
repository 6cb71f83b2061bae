"""The registry of formats: one module each, from bytes to rows. A further format is one more entry."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from exams.interchange import records_format, xlsx
from exams.interchange.plan import Parser, UnreadableFile


@dataclass(frozen=True, kw_only=True)
class Format:
    """A format by its name, the endings of its files and the function that reads it."""

    name: str
    endings: tuple[str, ...]
    parse: Parser


FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format(name="xlsx", endings=(".xlsx",), parse=xlsx.parse),
        Format(name="jsonl", endings=(".jsonl", ".ndjson"), parse=records_format.parse_json_lines),
        Format(name="yaml", endings=(".yaml", ".yml"), parse=records_format.parse_yaml),
    )
}


def find_format(*, file_name: str, data: bytes) -> Format:
    """Return the format of a file by its ending, or by its first bytes; UnreadableFile when none fits."""
    lower = file_name.lower()
    for entry in FORMATS.values():
        if lower.endswith(entry.endings):
            return entry
    if lower.endswith((".xls", ".xlsm", ".et")):
        raise UnreadableFile(_("Save the table as .xlsx and upload that."))
    if data.startswith(b"PK"):
        return FORMATS["xlsx"]
    raise UnreadableFile(_("This kind of file is not supported. Upload .xlsx, .jsonl or .yaml."))
