"""The only map from an event to those who act on it: event class -> dotted paths of handlers.

A handler takes the event as its only argument, runs in a transaction of its own, and may be called more than
once with the same event.
"""

from edu.events import types

SUBSCRIPTIONS: dict[type[types.Event], tuple[str, ...]] = {
    types.EnquiryReceived: ("edu.operations.handlers.tell_operators",),
    types.AccessGranted: ("courses.handlers.on_access_granted",),
    types.PracticeAnswered: ("courses.handlers.on_practice_answered",),
    types.ExamScheduled: ("exams.handlers.tell_candidates",),
    types.AttemptNeedsMarking: ("exams.handlers.tell_markers",),
    types.ResultReleased: (
        "exams.handlers.tell_result",
        "exams.practice.handlers.enter_exam_results",
        "certificates.handlers.on_result_released",
        "edu.training.handlers.learner_progressed",
    ),
    types.ReviewOpened: ("exams.practice.handlers.enter_reviewed_results",),
    types.AttemptReopened: (
        "certificates.handlers.on_attempt_reopened",
        "edu.training.handlers.learner_progressed",
    ),
    types.AttemptsRegraded: (
        "exams.regrading.handlers.tell_learners",
        "exams.regrading.handlers.correct_books",
        "certificates.handlers.on_attempts_regraded",
    ),
    types.PracticeRegraded: ("exams.practice.handlers.correct_practice",),
    types.PracticeVerdictsChanged: ("exams.regrading.handlers.tell_practised",),
    types.UserRegistered: ("edu.notifications.handlers.welcome",),
    types.AccountDeleted: (
        "edu.audit.handlers.record_account_deleted",
        "edu.notifications.handlers.empty_messages",
        "edu.organizations.handlers.end_memberships",
        "exams.handlers.forget_signals",
    ),
    types.MailsSwitchedOff: ("exams.practice.handlers.stop_reminders_by_mail",),
    types.JobFinished: ("edu.notifications.handlers.tell_job_finished",),
    types.AttemptGraded: (
        "certificates.handlers.on_attempt_graded",
        "edu.training.handlers.learner_progressed",
    ),
    types.CourseCompleted: (
        "certificates.handlers.on_course_completed",
        "edu.training.handlers.learner_progressed",
    ),
    types.RealNameSet: ("certificates.handlers.on_real_name_set",),
    types.OrderPaid: ("edu.training.handlers.add_bought_seats",),
    types.OrderRefunded: ("edu.training.handlers.take_off_refunded_seats",),
    types.MemberJoined: ("edu.training.handlers.member_came", "courses.handlers.on_member_changed"),
    types.MemberMoved: ("edu.training.handlers.member_moved",),
    types.MemberLeft: ("edu.training.handlers.member_left", "courses.handlers.on_member_changed"),
    types.MemberRoleChanged: ("courses.handlers.on_member_changed",),
    types.LessonCompleted: ("edu.training.handlers.learner_progressed",),
    types.AttemptSubmitted: ("edu.training.handlers.learner_progressed",),
    types.CertificateIssued: ("edu.training.handlers.certificate_came",),
}
