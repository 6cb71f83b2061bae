"""The public writes of the courses room; every one opens its own transaction and may join the caller's."""

from courses.authoring.courses import (
    change_course,
    copy_course,
    create_course,
    ensure_category,
    ensure_instructor,
    publish_course,
    set_included,
    withdraw_course,
)
from courses.authoring.editors import give_editor_access
from courses.authoring.outline import (
    add_chapter,
    add_lesson,
    arrange_outline,
    change_lesson,
    publish_lesson,
    remove_lesson,
    restore_lesson,
    set_lesson_content,
)
from courses.learning.advance import WatchState, complete_lesson, record_watch
from courses.learning.enrol import enrol, enrol_free, recount_learners

__all__ = [
    "WatchState",
    "add_chapter",
    "add_lesson",
    "arrange_outline",
    "change_course",
    "change_lesson",
    "complete_lesson",
    "copy_course",
    "create_course",
    "enrol",
    "enrol_free",
    "ensure_category",
    "ensure_instructor",
    "give_editor_access",
    "publish_course",
    "publish_lesson",
    "record_watch",
    "recount_learners",
    "remove_lesson",
    "restore_lesson",
    "set_included",
    "set_lesson_content",
    "withdraw_course",
]
