"""The pages that are looked at one by one: who opens them, and where they are in the demo."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

ACCOUNTING = "accounting-basics"


@dataclass(frozen=True)
class Page:
    """One page: `who` is the mail name of a demo person ("" for a visitor), `address` finds the path."""

    name: str
    who: str
    address: Callable[[], str]

    def __str__(self) -> str:
        return f"{self.who or 'visitor'}-{self.name}"


def _plain(who: str, *names: str) -> list[Page]:
    """Return pages whose names need no arguments."""
    return [Page(name, who, lambda name=name: reverse(name)) for name in names]


def _course():
    from courses.models import Course

    return Course.objects.get(slug=ACCOUNTING)


def _lesson(**fields):
    return _course().lessons.filter(**fields).order_by("chapter__position", "position").first()


def _bank():
    from exams.models import Bank

    return Bank.objects.get(slug=ACCOUNTING)


def accounting_bank():
    """Return the accounting bank of the demo."""
    return _bank()


def lesson_of_kind(kind: str):
    """Return the first lesson of a kind of the accounting course."""
    return _lesson(kind=kind)


def exam_titled(title: str):
    """Return the exam of the demo with this in its title."""
    from exams.models import Exam

    return Exam.objects.get(title__contains=title)


def offer_of_course():
    """Return the offer of the accounting course."""
    from payments.models import Offer

    return Offer.objects.get(product_key=_course().product_key, kind="course")


def _drawn_paper():
    from exams.models import Paper

    return Paper.objects.filter(sections__rules__bank__slug=ACCOUNTING).distinct().first()


def _picking() -> str:
    paper = _paper()
    return f"{reverse('authoring:paper_pick', args=[paper.public_id])}?section={paper.sections.first().pk}"


def _question():
    return _bank().questions.first()


def _paper():
    from exams.models import Paper

    return Paper.objects.get(title__contains="随机组卷")


def _lesson_address() -> str:
    row = _course().lessons.filter(kind="text").order_by("chapter__position", "position").last()
    return reverse("learning:lesson", args=[row.public_id])


def _entry_address() -> str:
    from exams.models import QuestionProgress

    rows = QuestionProgress.objects.filter(user__email="learner@example.com", last_wrong_at__isnull=False)
    return reverse("practice:entry", args=[rows.order_by("pk").first().question.public_id])


def _question_address() -> str:
    return reverse("authoring:new_question", args=[_bank().public_id, "single_choice"])


def _record_address(name: str) -> str:
    from exams.models import Attempt

    row = Attempt.objects.filter(state="graded", exam__owner__email="instructor@example.com").order_by("pk").first()
    return reverse(f"marking:{name}", args=[row.exam.public_id, row.public_id])


def reopening_of(attempt) -> str:
    """Return the address at which an ended attempt is opened again."""
    return reverse("invigilation:reopen", args=[attempt.exam.public_id, attempt.public_id])


def _assignment():
    from edu.training.models import Assignment

    return Assignment.objects.order_by("pk").first()


def _order():
    from payments.models import Order

    return Order.objects.filter(state="paid").order_by("pk").first()


def _attempt_of(email: str):
    from exams.models import Attempt

    return Attempt.objects.filter(user__email=email).exclude(state="open").order_by("pk").first()


def practice_set():
    """Return a practice set of the accounting bank for everybody, made where there is none."""
    from exams.models import PracticeSet
    from exams.practice.sets import SetSettings, create_set

    found = PracticeSet.objects.filter(bank=_bank()).first()
    settings = SetSettings(title="热身", visibility=PracticeSet.Visibility.PUBLIC)
    return found or create_set(actor=_bank().owner, bank=_bank(), settings=settings)


PUBLIC = [
    *_plain("", "home", "courses:catalogue", "enterprise", "help", "terms", "account_login", "account_signup"),
    *_plain("", "account_reset_password", "certificates:verify_form", "organizations:sign_in"),
    *_plain("", "account_request_login_code", "accounts:phone_reset", "accounts:staff_reset"),
    Page("search", "", lambda: reverse("search") + "?q=会计"),
    Page("course", "", lambda: reverse("courses:detail", args=[ACCOUNTING])),
    Page("instructor", "", lambda: _course().instructors.first().get_absolute_url()),
    Page("free-film", "", lambda: _lesson(kind="video", free_preview=True).get_absolute_url()),
    Page("offer", "", lambda: reverse("payments:offer", args=[offer_of_course().public_id])),
]
LEARNER = [
    *_plain("learner", "learning:home", "learning:courses", "learning:notes", "exams:index", "exams:records"),
    *_plain(
        "learner",
        "practice:index",
        "practice:progress",
        "practice:goals",
        "practice:wrong_answers",
        "certificates:mine",
        "payments:orders",
    ),
    *_plain("learner", "payments:coupons", "notifications:inbox", "accounts:profile", "accounts:tokens"),
    *_plain("learner", "accounts:security", "accounts:data", "accounts:delete", "account_logout", "mfa_index"),
    *_plain("learner", "account_email", "account_change_phone", "account_change_password", "account_reauthenticate"),
    *_plain("learner", "practice:favourites", "practice:settings"),
    Page("book-entry", "learner", _entry_address),
    *_plain("learner", "practice:random", "practice:daily", "practice:records"),
    Page("set", "learner", lambda: reverse("practice:set", args=[practice_set().public_id])),
    Page("lesson", "learner", _lesson_address),
    Page("bank", "learner", lambda: reverse("practice:bank", args=[_bank().public_id])),
    Page("exam", "learner", lambda: reverse("exams:detail", args=[exam_titled("综合能力测评").public_id])),
    Page("result", "learner", lambda: reverse("exams:result", args=[_attempt_of("learner@example.com").public_id])),
    Page("timeline", "learner", lambda: reverse("exams:timeline", args=[_attempt_of("learner@example.com").public_id])),
]
INSTRUCTOR = [
    *_plain("instructor", "teaching:desk", "teaching:courses", "authoring:banks", "authoring:papers"),
    *_plain("instructor", "authoring:exams", "marking:queue", "certificates:teach"),
    *_plain("instructor", "marking:appeals", "marking:gradebooks"),
    Page("record", "instructor", lambda: _record_address("record")),
    Page("preview", "instructor", lambda: _record_address("preview")),
    Page("mark-sheets", "instructor", lambda: reverse("marking:sheets", args=[exam_titled("期中考试").public_id])),
    Page("results-export", "instructor", lambda: reverse("marking:exports", args=[exam_titled("期中考试").public_id])),
    Page("terms", "instructor", lambda: reverse("marking:terms", args=[exam_titled("期中考试").public_id])),
    Page("course", "instructor", lambda: reverse("teaching:course", args=[_course().public_id])),
    Page("bank", "instructor", lambda: reverse("authoring:bank", args=[_bank().public_id])),
    Page("practice-sets", "instructor", lambda: practice_set() and reverse("authoring:practice_sets")),
    Page("practice-set", "instructor", lambda: reverse("authoring:practice_set", args=[practice_set().public_id])),
    Page("new-set", "instructor", lambda: reverse("authoring:new_practice_set", args=[_bank().public_id])),
    Page("question", "instructor", _question_address),
    Page("import", "instructor", lambda: reverse("authoring:import", args=[_bank().public_id])),
    Page("paper", "instructor", lambda: reverse("authoring:paper", args=[_paper().public_id])),
    *(
        Page(name, "instructor", lambda name=name: reverse(f"authoring:{name}", args=[_drawn_paper().public_id]))
        for name in ("paper_blueprint", "paper_grid", "paper_preview", "paper_versions")
    ),
    Page("pick", "instructor", lambda: _picking()),
    Page("question_enemies", "instructor", lambda: reverse("authoring:question_enemies", args=[_question().public_id])),
    *_plain("instructor", "figures:weak_topics"),
    Page("figures", "instructor", lambda: reverse("figures:index")),
    Page("reopen", "instructor", lambda: reopening_of(_attempt_of("learner@example.com"))),
    Page("regrades", "instructor", lambda: reverse("regrading:index")),
    Page("choose", "instructor", lambda: reverse("regrading:choose", args=[exam_titled("结业考试").public_id])),
    Page("statistics", "instructor", lambda: reverse("figures:exam", args=[exam_titled("结业考试").public_id])),
    Page("gradebook", "instructor", lambda: reverse("marking:gradebook", args=[exam_titled("结业考试").public_id])),
]
TRAINER = [
    *_plain("trainer", "training:desk", "training:people", "training:departments", "training:invitations"),
    *_plain("trainer", "training:imports", "training:seats", "training:assignments", "training:add_assignment"),
    *_plain("trainer", "training:library", "figures:index", "figures:weak_topics"),
    Page("statistics", "trainer", lambda: reverse("figures:exam", args=[exam_titled("安全生产考试").public_id])),
    Page("assignment", "trainer", lambda: reverse("training:assignment", args=[_assignment().public_id])),
]
OPERATOR = [
    *_plain("operator", "operations:desk", "operations:people", "operations:grants", "operations:orders"),
    *_plain("operator", "operations:offers", "operations:coupons", "operations:enquiries", "operations:site"),
    *_plain("operator", "operations:audit", "operations:system"),
    Page("order", "operator", lambda: reverse("operations:order", args=[_order().public_id])),
]
AREAS = {"public": PUBLIC, "learner": LEARNER, "instructor": INSTRUCTOR, "trainer": TRAINER, "operator": OPERATOR}
EVERY = [*PUBLIC, *LEARNER, *INSTRUCTOR, *TRAINER, *OPERATOR]
LIGHT_ENOUGH = [page for page in [*PUBLIC, *LEARNER] if page.name != "free-film"]
"""Learner pages without the player, whose weight is bounded."""
