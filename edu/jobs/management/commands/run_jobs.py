"""Do a worker's and the scheduler's work from the tables, where there is no broker."""

import logging
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connections
from django.utils.module_loading import import_string

from edu.core.clock import now_utc
from edu.events.dispatch import deliver_due
from edu.jobs.registry import LANES, MAIN
from edu.jobs.run import list_due_job_ids, run_job_now
from edu.jobs.tasks import record_heartbeat

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Poll the tables of jobs and events and keep the schedule; the stand-in for Celery where no broker can run.

    Films are made in a thread of their own beside everything else: the work is done by ffmpeg, a process of its own.
    """

    help = "Run due jobs, deliver events and keep the schedule, again and again; Celery is not needed."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stopping = threading.Event()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the pause between two looks, whether one look is enough, and one lane instead of all."""
        parser.add_argument("--pause", type=float, default=1.0, help="seconds between two looks")
        parser.add_argument("--once", action="store_true", help="do what is due and end")
        parser.add_argument(
            "--lane",
            choices=LANES,
            help="jobs of this lane alone; main has the events and the schedule, too",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is due until stopped."""
        lanes = [options["lane"]] if options.get("lane") else list(LANES)
        if options["once"]:
            for lane in lanes:
                self._look(lane, {})
            return
        pause = options["pause"]
        threads = [
            threading.Thread(target=self._work_in_thread, args=(lane, pause), name=f"lane-{lane}", daemon=True)
            for lane in lanes[1:]
        ]
        for thread in threads:
            thread.start()
        self._work(lanes[0], pause)
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """End after the work in hand."""
        self._stopping.set()

    def _work(self, lane: str, pause: float) -> None:
        next_runs: dict[str, float] = {}
        while not self._stopping.is_set():
            self._look(lane, next_runs)
            self._stopping.wait(pause)

    def _work_in_thread(self, lane: str, pause: float) -> None:
        """Work beside the main thread; an error of the database ends no lane."""
        while not self._stopping.is_set():
            try:
                close_old_connections()
                self._work(lane, pause)
            except Exception:
                logger.exception("the lane %s stumbled", lane)
                self._stopping.wait(pause)
            finally:
                connections.close_all()

    def _look(self, lane: str, next_runs: dict[str, float]) -> None:
        """Do what is due in a lane, once."""
        record_heartbeat(lane)
        if lane == MAIN:
            self._keep_schedule(next_runs)
            while deliver_due():
                pass
        for job_id in list_due_job_ids(now=now_utc(), lane=lane):
            run_job_now(job_id=job_id)

    def _keep_schedule(self, next_runs: dict[str, float]) -> None:
        """Run the periodic tasks whose time has come, all of them at the first look; one that fails stops no other.

        A task with arguments is meant for another lane (CELERY_BEAT_SCHEDULE), which looks after itself.
        """
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
            moment = time.monotonic()
            if entry.get("args") or moment < next_runs.get(name, moment):
                continue
            next_runs[name] = moment + float(entry["schedule"])
            try:
                import_string(entry["task"])()
            except Exception:
                logger.exception("the periodic task %s failed", name)
