"""The job that makes a learner's wrong-answer book anew after she changed its rule."""

from typing import Any

from edu.jobs.registry import job
from exams.practice.rule_settings import rebuild_by_job


@job("exams.practice_rebuild")
def run_rebuild(context: Any, *, user_id: int) -> dict[str, Any]:
    """Make all rows of a learner anew; harmless when it is run again."""
    return rebuild_by_job(context, user_id=user_id)
