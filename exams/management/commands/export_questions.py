"""Export the questions of a bank to a file; the same use case as the page of exports."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from edu.core.errors import DomainError
from exams.authoring.record_problems import say_remark
from exams.interchange.banks import find_bank
from exams.interchange.exports import get_writable, writable_formats, write_records


class Command(BaseCommand):
    """Write all questions of a bank that are not retired; what the format cannot carry is told on the error stream."""

    help = "Export the questions of a bank."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the bank, the format and the file to write."""
        parser.add_argument("out", help="the file to write")
        parser.add_argument("--bank", required=True, help="short name or name of the bank")
        parser.add_argument(
            "--format", required=True, help=f"one of: {', '.join(entry.name for entry in writable_formats())}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file, whole or not at all; CommandError when the bank or the format is not known."""
        bank = find_bank(options["bank"])
        if bank is None:
            raise CommandError(_("There is no such bank: %(name)s") % {"name": options["bank"]})
        path = Path(options["out"])
        part = path.with_name(f"{path.name}.part")
        try:
            format_ = get_writable(options["format"])
            with part.open("wb+") as stream:
                count, losses = write_records(bank=bank, format_=format_, selection={}, stream=stream)
            part.replace(path)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        except OSError as error:
            raise CommandError(_("The file cannot be written: %(reason)s") % {"reason": error}) from error
        finally:
            part.unlink(missing_ok=True)
        self.stdout.write(_("Questions: %(count)s, losses: %(losses)s") % {"count": count, "losses": len(losses)})
        for remark in losses:
            place = ":".join(str(entry) for entry in (remark.row, remark.field) if entry)
            self.stderr.write(f"{place}: {say_remark(remark.text, remark.values)}")
