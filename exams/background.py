"""Jobs of the exams room, imported at start: each line registers the jobs of one part."""

import exams.authoring.jobs
import exams.figures.jobs
import exams.interchange.jobs
import exams.marking.jobs
import exams.practice.jobs
import exams.regrading.jobs

__all__ = ["exams"]
