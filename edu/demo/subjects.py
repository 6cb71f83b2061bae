"""A subject of the demo: bank, papers, exams, course with films and documents, offers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from courses import services as courses
from courses.models import Course
from edu.accounts.models import User
from edu.demo import content
from edu.demo.credentials import offer_certificate
from edu.documents.pdf_documents import render_document
from exams.authoring import banks, blueprints, exams, paper_rows, papers, publishing, records
from exams.models import Bank, Exam, Paper, Question, Topic
from media.services import make_asset, video_from_slides
from payments import services as payments
from payments.models import Offer

RELEASES = {"at_once": "at_once", "at_close": "at_close", "after_close": "at_close", "manual": "manual"}
LEVELS = {"beginner": "beginner", "intermediate": "intermediate", "advanced": "advanced"}


@dataclass(kw_only=True)
class Subject:
    """What was loaded of a subject."""

    folder: str
    course: Course
    bank: Bank
    papers: dict[str, Paper] = field(default_factory=dict)
    exams: dict[str, Exam] = field(default_factory=dict)


def load_subject(
    *, folder: str, owner: User, operator: User, now: datetime, organization_id: int | None = None
) -> Subject:
    """Load a subject's content once; a second call returns what is there."""
    described = content.read(folder, "course")
    slug = described["slug"]
    bank = Bank.objects.filter(slug=slug).first()
    course = Course.objects.filter(slug=slug).first()
    if bank is None:
        bank = _load_bank(folder=folder, described=described, owner=owner, organization_id=organization_id)
    subject_papers = _load_papers(folder=folder, bank=bank, owner=owner, described=described)
    subject_exams = _load_exams(folder=folder, papers_by_slug=subject_papers, owner=owner, now=now, bank=bank)
    if course is None:
        course = _load_course(
            folder=folder, described=described, owner=owner, bank=bank, organization_id=organization_id
        )
        included = [bank.product_key, *(paper.product_key for paper in subject_papers.values() if paper.is_practice)]
        included += [exam.product_key for exam in subject_exams.values()]
        courses.set_included(actor=owner, course_id=course.pk, product_keys=included)
        courses.publish_course(actor=owner, course_id=course.pk)
        if organization_id is None:
            _load_offers(described=described, course=course, subject_papers=subject_papers, operator=operator)
    return Subject(folder=folder, course=course, bank=bank, papers=subject_papers, exams=subject_exams)


def _load_bank(*, folder: str, described: dict[str, Any], owner: User, organization_id: int | None) -> Bank:
    private = organization_id is not None
    bank = banks.create_bank(
        actor=owner,
        name=described["title"],
        slug=described["slug"],
        description=described["summary"],
        language=described["language"],
        visibility=Bank.Visibility.ORGANIZATION if private else Bank.Visibility.PUBLIC,
        organization_id=organization_id,
        requires_grant=not private,
        free_sample_count=0 if private else 3,
    )
    records.import_records(bank=bank, records=content.read_questions(folder), author=owner)
    return bank


def _load_papers(*, folder: str, bank: Bank, owner: User, described: dict[str, Any]) -> dict[str, Paper]:
    found: dict[str, Paper] = {}
    sold = {offer["paper"] for offer in described.get("offers", ()) if offer["kind"] == "paper"}
    questions = {row.ref: row for row in Question.objects.filter(bank=bank)}
    for plan in content.read(folder, "papers"):
        paper = Paper.objects.filter(title=plan["title"], owner=owner).first()
        if paper is None:
            paper = papers.create_paper(
                actor=owner,
                title=plan["title"],
                instructions=plan.get("instructions", ""),
                language=described["language"],
                organization_id=bank.organization_id,
                is_practice=plan["slug"] in sold or "mock" in plan["slug"],
                requires_grant=plan["slug"] in sold,
            )
            paper.sections.all().delete()
            for part in plan["sections"]:
                _load_section(paper=paper, part=part, bank=bank, owner=owner, questions=questions)
            publishing.publish_paper(paper=paper, actor=owner)
            paper.refresh_from_db()
        found[plan["slug"]] = paper
    return found


def _load_section(
    *, paper: Paper, part: dict[str, Any], bank: Bank, owner: User, questions: dict[str, Question]
) -> None:
    section = paper_rows.add_section(paper=paper, title=part["title"], instructions=part.get("instructions", ""))
    if part.get("refs"):
        marks = Decimal(str(part["marks_each"])) if part.get("marks_each") else None
        paper_rows.add_items(section=section, questions=[questions[ref] for ref in part["refs"]], marks=marks)
    for rule in part.get("rules", ()):
        blueprints.save_rule(
            section=section,
            actor=owner,
            bank=bank,
            count=rule["count"],
            marks=Decimal(str(rule["marks"])),
            topic=_topic(bank, rule.get("topic") or ()),
            types=rule.get("types") or (),
            difficulty_min=rule.get("difficulty", [1, 5])[0],
            difficulty_max=rule.get("difficulty", [1, 5])[1],
            tags=rule.get("tags") or (),
        )


def _topic(bank: Bank, path: list[str] | tuple[str, ...]) -> Topic | None:
    topic = None
    for name in path:
        topic = Topic.objects.get(bank=bank, parent=topic, name=name)
    return topic


def _load_exams(
    *, folder: str, papers_by_slug: dict[str, Paper], owner: User, now: datetime, bank: Bank
) -> dict[str, Exam]:
    found: dict[str, Exam] = {}
    for plan in content.read(folder, "exams"):
        exam = Exam.objects.filter(title=plan["title"], owner=owner).first()
        if exam is None:
            opens, closes = content.moment(plan["opens"], now=now), content.moment(plan["closes"], now=now)
            private = bank.organization_id is not None
            exam = exams.save_exam(
                actor=owner,
                paper=papers_by_slug[plan["paper"]],
                title=plan["title"],
                opens_at=opens,
                closes_at=max(closes, now + timedelta(days=1)),
                duration_seconds=plan["duration_minutes"] * 60,
                organization_id=bank.organization_id,
                rules=plan.get("rules", ""),
                description=plan.get("description", ""),
                pass_percent=Decimal(plan["pass_percent"]),
                attempts_allowed=plan["attempts"],
                forward_only=plan.get("forward_only", False),
                release=RELEASES[plan["release"]],
                audience=Exam.Audience.ORGANIZATION if private else Exam.Audience.GRANTED,
                grading_policy={"multiple_choice": "partial_if_no_wrong", "partial_fraction": 0.5},
            )
            # One transaction: whoever is told of the exam afterwards sees its own window, and that it is over.
            with transaction.atomic():
                exams.schedule_exam(exam=exam, actor=owner)
                if closes <= now:
                    # A window that is over cannot be scheduled any more; the demo shows one all the same.
                    Exam.objects.filter(pk=exam.pk).update(closes_at=closes)
            if plan.get("certificate"):
                offer_certificate(
                    achievement_key=exam.product_key,
                    achievement_title=exam.title,
                    language=exam.language,
                    actor=owner,
                )
            exam.refresh_from_db()
        found[plan["slug"]] = exam
    return found


def _load_course(
    *, folder: str, described: dict[str, Any], owner: User, bank: Bank, organization_id: int | None
) -> Course:
    category = described["category"]
    names = {"en": "Accounting", "zh": "财会"} if folder == "accounting" else {"en": "Safety at work", "zh": "安全生产"}
    slug = folder
    if isinstance(category, dict):
        slug, names = category["slug"], {"en": category["title"], "zh": "数据与统计"}
    courses.ensure_category(slug=slug, name_en=names["en"], name_zh=names["zh"])
    teacher = described["instructor"]
    courses.ensure_instructor(
        slug=teacher["slug"],
        name=teacher["name"],
        title=teacher.get("title", ""),
        bio=teacher.get("bio", ""),
        user_id=owner.pk,
    )
    course_id = courses.create_course(
        actor=None,
        title=described["title"],
        slug=described["slug"],
        language=described["language"],
        owner_id=owner.pk,
        category=slug,
        instructors=[teacher["slug"]],
        subtitle=described.get("subtitle", ""),
        summary=described["summary"],
        description=described["description"],
        outcomes=described.get("outcomes", ()),
        audience=described.get("audience", ""),
        faq=[(entry["q"], entry["a"]) for entry in described.get("faq", ())],
        level=LEVELS.get(described.get("level", ""), "beginner"),
        is_free=False,
        certificate_on_completion=True,
        organization_id=organization_id,
    )
    questions = dict(Question.objects.filter(bank=bank).values_list("ref", "pk"))
    for chapter in described["chapters"]:
        chapter_id = courses.add_chapter(
            actor=None, course_id=course_id, title=chapter["title"], summary=chapter.get("summary", "")
        )
        for lesson in chapter["lessons"]:
            _load_lesson(
                chapter_id=chapter_id,
                lesson=lesson,
                owner=owner,
                language=described["language"],
                questions=questions,
                course_title=described["title"],
            )
    return Course.objects.get(pk=course_id)


def _load_lesson(
    *,
    chapter_id: int,
    lesson: dict[str, Any],
    owner: User,
    language: str,
    questions: dict[str, int],
    course_title: str,
) -> None:
    kind = lesson["kind"]
    extra: dict[str, Any] = {}
    if kind == "video":
        extra["video_id"] = video_from_slides(
            title=lesson["title"], slides=lesson["slides"], language=language, owner_id=owner.pk
        )
    elif kind == "document":
        extra["asset_id"] = _document(lesson["document"], language=language, owner=owner, course_title=course_title)
    elif kind == "quiz":
        extra["question_ids"] = [questions[ref] for ref in lesson["quiz"]["refs"]]
        extra["pass_percent"] = lesson["quiz"].get("pass_percent", 60)
    courses.add_lesson(
        actor=None,
        chapter_id=chapter_id,
        title=lesson["title"],
        kind=kind,
        slug=lesson["slug"],
        minutes=lesson.get("minutes", 5),
        free_preview=bool(lesson.get("free_preview")),
        body_html=lesson.get("body", ""),
        **extra,
    )


def _document(document: dict[str, Any], *, language: str, owner: User, course_title: str) -> int:
    sections = []
    for part in document["sections"]:
        section = dict(part)
        table = part.get("table")
        if table:
            section["table"] = {"header": table.get("header") or table.get("head"), "rows": table["rows"]}
        sections.append(section)
    data = render_document(title=document["title"], sections=sections, language=language, footer=course_title)
    return make_asset(
        kind="document",
        title=document["title"],
        file_name=f"{document['title']}.pdf",
        data=data,
        owner_id=owner.pk,
    )


def _load_offers(
    *, described: dict[str, Any], course: Course, subject_papers: dict[str, Paper], operator: User
) -> None:
    sell(
        operator=operator,
        title=course.title,
        kind="course",
        product_key=course.product_key,
        price_minor=described["price_minor"],
        list_price_minor=described.get("list_price_minor"),
        description=described["summary"],
    )
    for plan in described.get("offers", ()):
        if plan["kind"] == "lesson":
            thing: Any = course.lessons.get(slug=plan["lesson"])
        else:
            thing = subject_papers[plan["paper"]]
        sell(
            operator=operator,
            title=plan.get("title") or thing.title,
            kind=plan["kind"],
            product_key=thing.product_key,
            price_minor=plan["price_minor"],
        )


def sell(*, operator: User, title: str, kind: str, price_minor: int, **fields: Any) -> Offer:
    """Put something on sale."""
    offer = payments.create_offer(actor=operator, title=title, kind=kind, price_minor=price_minor, **fields)
    return payments.publish_offer(actor=operator, offer_public_id=offer.public_id)
