"""Import questions from a file or a folder; the same use cases as the page of imports."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from edu.core.errors import DomainError
from exams.authoring.banks import create_bank
from exams.interchange.applying import apply_import
from exams.interchange.banks import find_author, find_bank
from exams.interchange.formats.registry import list_formats
from exams.interchange.imports import begin_apply, choose_options, create_import, discard
from exams.interchange.planning import plan_import
from exams.interchange.reports import add_batch, empty_report
from exams.models import Bank, ImportBatch


class Command(BaseCommand):
    """Read, plan and apply; ends with code 0 only when every question of every file was imported or was there."""

    help = "Import questions into a bank from a file, or from every file of a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the path, the bank, the format and how to tell what happened."""
        parser.add_argument("path", help="a file, or a folder whose files are imported one after another")
        parser.add_argument("--bank", required=True, help="short name or name of the bank")
        parser.add_argument("--create", action="store_true", help="make the bank when there is none of this name")
        parser.add_argument("--format", default="auto", help=f"auto, or one of: {', '.join(list_formats())}")
        parser.add_argument("--encoding", default="", help="encoding of a text file; detected when left out")
        parser.add_argument(
            "--updates", default="update", choices=["update", "skip", "new"], help="questions whose reference is known"
        )
        parser.add_argument("--owner", default="", help="mail address of the author; the bank's owner when left out")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and report; CommandError (code 1) when anything failed."""
        path = Path(options["path"])
        files = sorted(entry for entry in path.rglob("*") if entry.is_file()) if path.is_dir() else [path]
        if not files or not files[0].exists():
            raise CommandError(_("There is no such file: %(path)s") % {"path": path})
        report = empty_report()
        names = [file.relative_to(path).as_posix() if path.is_dir() else file.name for file in files]
        try:
            author = find_author(options["owner"])
            bank = find_bank(options["bank"])
            # A bank that is only made to see what would happen is gone with everything in it.
            with ExitStack() as stack:
                if bank is None:
                    bank = self._make_bank(author, options, stack)
                for file, name in zip(files, names, strict=True):
                    self._import(bank, author or bank.owner, file, name, options, report)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        self._say(report, as_json=options["json"])
        if report["problems"]:
            raise SystemExit(1)

    def _make_bank(self, author: Any, options: dict[str, Any], stack: ExitStack) -> Bank:
        name = options["bank"]
        if not options["create"]:
            raise CommandError(_("There is no such bank: %(name)s. Add --create to make it.") % {"name": name})
        if options["dry_run"]:
            stack.enter_context(transaction.atomic())
            stack.callback(transaction.set_rollback, True)
        slug = name if slugify(name) == name else None
        return create_bank(actor=author, name=name, slug=slug)

    def _import(
        self, bank: Bank, author: Any, file: Path, name: str, options: dict[str, Any], report: dict[str, Any]
    ) -> None:
        def say(percent: int, text: str) -> None:
            if options["verbosity"] > 1:
                self.stderr.write(f"{name}: {percent} % {text}")

        format_ = "" if options["format"] == "auto" else options["format"]
        try:
            with file.open("rb") as stream:
                content = File(stream, name=file.name)
                batch = create_import(
                    bank=bank,
                    actor=author,
                    file_name=file.name,
                    content=content,
                    format=format_,
                    encoding=options["encoding"],
                )
        except (DomainError, OSError) as error:
            message = str(error.message) if isinstance(error, DomainError) else str(error)
            report["problems"].append({"file": name, "row": 0, "field": "", "message": message})
            return
        plan_import(batch_id=batch.pk, say=say)
        batch.refresh_from_db()
        is_planned = batch.state == ImportBatch.State.PLANNED
        if is_planned:
            choose_options(batch=batch, options={"updates": options["updates"]})
        if options["dry_run"] or not is_planned:
            add_batch(report, batch, name=name, is_applied=False)
            discard(batch=batch)
            return
        begin_apply(batch=batch)
        apply_import(batch_id=batch.pk, say=say)
        batch.refresh_from_db()
        add_batch(report, batch, name=name, is_applied=True)

    def _say(self, report: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
            return
        self.stdout.write(
            _("Created: %(created)s, updated: %(updated)s, there already: %(duplicates)s, not imported: %(failed)s")
            % {**report, "failed": len({(entry["file"], entry["row"]) for entry in report["problems"]})}
        )
        for entry in (*report["problems"], *report["losses"]):
            place = ":".join(str(part) for part in (entry["file"], entry["row"], entry["field"]) if part)
            more = f" (x{entry['count']})" if entry.get("count", 1) > 1 else ""
            self.stdout.write(f"{place}: {entry['message']}{more}")
