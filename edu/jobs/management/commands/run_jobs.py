"""Run jobs and deliver events from the tables, where there is no broker."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from edu.core.clock import now_utc
from edu.jobs.run import list_due_job_ids, run_job_now
from edu.jobs.tasks import record_heartbeat


class Command(BaseCommand):
    """Poll the job table; the stand-in for Celery where no broker can run."""

    help = "Run due jobs from the table, again and again; Celery is not needed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the pause between two looks, and whether one look is enough."""
        parser.add_argument("--pause", type=float, default=1.0, help="seconds between two looks")
        parser.add_argument("--once", action="store_true", help="run what is due and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run what is due until stopped."""
        while True:
            record_heartbeat()
            for job_id in list_due_job_ids(now=now_utc()):
                run_job_now(job_id=job_id)
            if options["once"]:
                return
            time.sleep(options["pause"])
