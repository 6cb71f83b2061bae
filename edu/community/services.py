"""The public writes of the community. Each authorises by the author given."""

from edu.community.announcements import publish_announcement, withdraw_announcement
from edu.community.reviews import delete_review, write_review
from edu.community.talk import (
    accept_answer,
    answer_question,
    ask_question,
    delete_answer,
    delete_question,
    edit_answer,
    edit_question,
    report,
)

__all__ = [
    "accept_answer",
    "answer_question",
    "ask_question",
    "delete_answer",
    "delete_question",
    "delete_review",
    "edit_answer",
    "edit_question",
    "publish_announcement",
    "report",
    "withdraw_announcement",
    "write_review",
]
