"""The messages that exams send; their texts are in templates/exams/notices."""

from django.utils.translation import gettext_lazy as _

from edu.notifications.kinds import Kind, StopWords, register, register_stop_words

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
        name="exams.practice_reminder",
        label=_("Reminder to practise"),
        category="practice",
        action=_("To practice"),
        sample={"due": 8, "streak": 5, "goal": 20, "hour": 19},
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
    Kind(
        name="exams.to_review",
        label=_("A question waits for your review"),
        category="authoring",
        action=_("Go and review"),
        sample={"bank": "Safety", "question": "What is checked first?", "author": "Li Ming"},
    ),
    Kind(
        name="exams.reviewed",
        label=_("Your question was reviewed"),
        category="authoring",
        action=_("See the review"),
        sample={
            "question": "What is checked first?",
            "reviewer": "Wang Fang",
            "approved": False,
            "comment": "The second option is right as well.",
        },
    ),
    Kind(
        name="exams.commented",
        label=_("A remark on your question"),
        category="authoring",
        action=_("See the remark"),
        sample={"question": "What is checked first?", "author": "Wang Fang", "text": "Is the source current?"},
    ),
    Kind(
        name="exams.not_published",
        label=_("A question could not be published at its time"),
        category="authoring",
        action=_("See the question"),
        sample={"question": "What is checked first?", "code": "not_approved"},
    ),
    Kind(
        name="exams.reported",
        label=_("A learner reported a question"),
        category="authoring",
        action=_("Answer the report"),
        sample={"question": "What is checked first?", "reason": "key", "text": "B is right as well."},
    ),
    Kind(
        name="exams.report_answered",
        label=_("Your report was answered"),
        category="exams",
        action=_("See the question"),
        sample={"question": "What is checked first?", "reply": "Thank you, it is corrected."},
    ),
    Kind(
        name="exams.bank_shared",
        label=_("A question bank was shared with you"),
        category="authoring",
        action=_("See the bank"),
        sample={"bank": "Safety", "by": "Li Ming", "may_edit": True},
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
register(
    Kind(
        name="exams.invigilator",
        label=_("You are an exam's invigilator"),
        category="exams",
        action=_("See the room"),
        sample={"title": "Final exam", "opens_at": "2026-12-01T01:00:00+00:00"},
    ),
    Kind(
        name="exams.appealed",
        label=_("A learner appeals against a mark"),
        category="marking",
        action=_("Answer the appeal"),
        sample={"title": "Final exam", "number": 3},
    ),
    Kind(
        name="exams.appeal_answered",
        label=_("Your appeal was answered"),
        category="exams",
        action=_("See the answer"),
        sample={
            "title": "Final exam",
            "number": 3,
            "upheld": True,
            "before": "2.00",
            "after": "4.00",
            "answer": "You are right, the second reason counts as well.",
        },
    ),
    Kind(
        name="exams.results_exported",
        label=_("A file of results is finished"),
        category="marking",
        action=_("Get the file"),
        sample={"title": "Final exam"},
    ),
    Kind(
        name="exams.regraded",
        label=_("An exam was marked anew"),
        category="exams",
        action=_("See the result"),
        sample={
            "title": "Final exam",
            "reason": "Option B was right as well.",
            "is_undo": False,
            "old": "56",
            "new": "60",
            "old_maximum": "100",
            "maximum": "100",
            "crossing": "up",
        },
    ),
    Kind(
        name="exams.practice_regraded",
        label=_("Answers of practice were judged anew"),
        category="corrections",
        action=_("See the question"),
        sample={
            "question": "What is checked first?",
            "reason": "Option B was right as well.",
            "is_undo": False,
            "better": 2,
            "worse": 1,
        },
    ),
    Kind(
        name="exams.reopened",
        label=_("An ended exam is open again"),
        category="exams",
        action=_("Go on with the exam"),
        sample={
            "title": "Final exam",
            "reason": "The power had failed.",
            "deadline_at": "2026-05-01T10:30:00+08:00",
        },
    ),
)

register_stop_words(
    category="practice",
    words=StopWords(
        question=_("No more reminders to practise?"),
        text=_("You are reminded on days on which you have not practised yet, by mail and in the site. Both will end."),
        button=_("Stop the reminders"),
        done=_("You are not reminded to practise any more, neither by mail nor in the site."),
        back="practice:goals",
        back_label=_("Be reminded again, or change your goal"),
    ),
)
