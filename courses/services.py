"""The public writes of the courses room.

Each authorises its person (an `actor` None is the system) and is a transaction of its own, which may join the caller's.
"""

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
from courses.authoring.editors import refresh_editor_access
from courses.authoring.outline import (
    add_chapter,
    add_lesson,
    arrange_outline,
    change_lesson,
    publish_lesson,
    remove_lesson,
    restore_lesson,
)
from courses.learning.advance import WatchState, complete_by_hand, watch_lesson
from courses.learning.enrol import enrol, enrol_free, recount_learners

__all__ = [
    "WatchState",
    "add_chapter",
    "add_lesson",
    "arrange_outline",
    "change_course",
    "change_lesson",
    "complete_by_hand",
    "copy_course",
    "create_course",
    "enrol",
    "enrol_free",
    "ensure_category",
    "ensure_instructor",
    "publish_course",
    "publish_lesson",
    "recount_learners",
    "refresh_editor_access",
    "remove_lesson",
    "restore_lesson",
    "set_included",
    "watch_lesson",
    "withdraw_course",
]
