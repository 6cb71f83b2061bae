"""The messages that exams send; their texts are in templates/exams/notices."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(
        name="exams.scheduled",
        label=_("An exam was scheduled"),
        category="exams",
        action=_("See the exam"),
        sample={
            "title": "Final exam",
            "opens_at": "2026-12-01T01:00:00+00:00",
            "closes_at": "2026-12-02T01:00:00+00:00",
        },
    ),
    Kind(
        name="exams.soon",
        label=_("An exam opens within 24 hours"),
        category="exams",
        action=_("See the exam"),
        sample={"title": "Final exam", "opens_at": "2026-12-01T01:00:00+00:00"},
    ),
    Kind(
        name="exams.result",
        label=_("A result is out"),
        category="exams",
        action=_("See the result"),
        sample={"title": "Final exam", "passed": True, "score": "86", "maximum": "100"},
    ),
    Kind(
        name="exams.to_mark",
        label=_("Answers wait to be marked"),
        category="marking",
        action=_("Go and mark"),
        sample={"title": "Final exam"},
    ),
    Kind(
        name="exams.import_finished",
        label=_("An import is finished"),
        category="authoring",
        action=_("See the import"),
        sample={"bank": "Safety", "file_name": "questions.xlsx", "created": 80, "updated": 3, "failed": 2},
    ),
)
register(
    Kind(
        name="exams.export_finished",
        label=_("An export is finished"),
        category="authoring",
        action=_("See the export"),
        sample={"bank": "Safety", "count": 80, "losses": 2},
    ),
)
