"""Jobs of practice: the wrong-answer book after its rule was changed, and the download of everything practised."""

from typing import Any

from edu.jobs.registry import job
from edu.jobs.run import JobContext
from exams.practice.export import write_practice
from exams.practice.rule_settings import rebuild_by_job


@job("exams.practice_rebuild")
def run_rebuild(context: Any, *, user_id: int) -> dict[str, Any]:
    """Make all rows of a learner anew; harmless when it is run again."""
    return rebuild_by_job(context, user_id=user_id)


@job("exams.export_practice")
def run_export(context: JobContext, *, export_id: int) -> dict[str, Any]:
    """Write the file of everything a learner practised."""
    return write_practice(export_id=export_id, say=context.progress)
