"""Kinds of messages that the community sends."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, register

THREAD = {"name": "林晓", "title": "为什么累计折旧记在贷方？", "course": "初级会计实务入门"}

register(
    Kind(name="community.asked", label=_("A learner asked"), category="community", sample=THREAD),
    Kind(name="community.answered", label=_("Your question was answered"), category="community", sample=THREAD),
    Kind(name="community.reported", label=_("Something was reported"), category="community", sample=THREAD),
    Kind(
        name="community.announced",
        label=_("Announcement of a course"),
        category="community",
        sample={"course": "初级会计实务入门", "title": "下周直播答疑", "body": "周三 20:00，请提前写下问题。"},
    ),
)
