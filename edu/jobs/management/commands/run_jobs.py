"""Do a worker's and the scheduler's work from the tables, where there is no broker."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import import_string

from edu.core.clock import now_utc
from edu.events.dispatch import deliver_due
from edu.jobs.run import list_due_job_ids, run_job_now
from edu.jobs.tasks import record_heartbeat

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Poll the tables of jobs and events and keep the schedule; the stand-in for Celery where no broker can run."""

    help = "Run due jobs, deliver events and keep the schedule, again and again; Celery is not needed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the pause between two looks, and whether one look is enough."""
        parser.add_argument("--pause", type=float, default=1.0, help="seconds between two looks")
        parser.add_argument("--once", action="store_true", help="do what is due and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is due until stopped."""
        next_runs: dict[str, float] = {}
        while True:
            record_heartbeat()
            self._keep_schedule(next_runs)
            while deliver_due():
                pass
            for job_id in list_due_job_ids(now=now_utc()):
                run_job_now(job_id=job_id)
            if options["once"]:
                return
            time.sleep(options["pause"])

    def _keep_schedule(self, next_runs: dict[str, float]) -> None:
        """Run the periodic tasks whose time has come, all of them at the first look; one that fails stops no other."""
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
            moment = time.monotonic()
            if moment < next_runs.get(name, moment):
                continue
            next_runs[name] = moment + float(entry["schedule"])
            try:
                import_string(entry["task"])()
            except Exception:
                logger.exception("the periodic task %s failed", name)
