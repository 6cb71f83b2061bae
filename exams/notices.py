"""The messages that exams send; their texts are in templates/exams/notices."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

register(
    Kind(name="exams.scheduled", label=_("An exam was scheduled"), category="exams"),
    Kind(name="exams.soon", label=_("An exam opens within 24 hours"), category="exams"),
    Kind(name="exams.result", label=_("A result is out"), category="exams"),
    Kind(name="exams.to_mark", label=_("Answers wait to be marked"), category="marking"),
    Kind(name="exams.import_finished", label=_("An import is finished"), category="authoring"),
)
