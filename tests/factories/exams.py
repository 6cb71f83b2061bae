"""Small factories of the exam room: a bank, published questions, a paper version, a scheduled exam, a sitting
learner.
"""

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

from edu.accounts.models import User
from edu.core.clock import now_utc
from exams.models import Bank, Exam, Paper, PaperVersion, Question, QuestionVersion, Topic

_numbers = itertools.count(1)

SAMPLES: dict[str, dict[str, Any]] = {
    "single_choice": {
        "content": {"stem": "One plus one?", "options": [{"id": "a", "text": "1"}, {"id": "b", "text": "2"}]},
        "key": {"fractions": {"b": 1}, "feedback": {"a": "FEEDBACK-KEY"}},
        "right": "b",
        "wrong": "a",
    },
    "multiple_choice": {
        "content": {
            "stem": "Which are even?",
            "options": [{"id": "a", "text": "2"}, {"id": "b", "text": "3"}, {"id": "c", "text": "4"}],
        },
        "key": {"correct": ["a", "c"], "feedback": {}},
        "right": ["a", "c"],
        "wrong": ["a", "b"],
    },
    "true_false": {
        "content": {"stem": "Water is wet."},
        "key": {"correct": True, "feedback": {"true": "", "false": "FEEDBACK-KEY"}},
        "right": True,
        "wrong": False,
    },
    "fill_blank": {
        "content": {"stem": "The capital of China is [[b1]].", "blanks": [{"id": "b1", "size": 8}]},
        "key": {"blanks": {"b1": {"answers": [{"text": "SECRET-KEY"}]}}},
        "right": {"b1": "secret-key"},
        "wrong": {"b1": "Rome"},
    },
    "numerical": {
        "content": {"stem": "Ten and two and a half?"},
        "key": {"answers": [{"value": "12.5", "tolerance": "0.1"}]},
        "right": "12.5",
        "wrong": "3",
    },
    "short_text": {
        "content": {"stem": "Say the word."},
        "key": {"answers": [{"text": "SECRET-KEY", "fraction": 1}]},
        "right": "SECRET-KEY",
        "wrong": "no",
    },
    "essay": {
        "content": {"stem": "Explain accruals."},
        "key": {
            "rubric": [
                {"id": "what", "criterion": "Says what", "points": 6},
                {"id": "why", "criterion": "Says why", "points": 4},
            ],
            "model_answer": "SECRET-KEY",
        },
        "right": "A text of mine.",
        "wrong": "",
    },
    "matching": {
        "content": {
            "stem": "Match.",
            "left": [{"id": "l1", "text": "one"}, {"id": "l2", "text": "two"}],
            "right": [{"id": "r1", "text": "1"}, {"id": "r2", "text": "2"}],
        },
        "key": {"pairs": {"l1": "r1", "l2": "r2"}, "grading": "per_pair"},
        "right": {"l1": "r1", "l2": "r2"},
        "wrong": {"l1": "r2", "l2": "r1"},
    },
    "ordering": {
        "content": {"stem": "Order.", "items": [{"id": "i1", "text": "x"}, {"id": "i2", "text": "y"}]},
        "key": {"order": ["i1", "i2"]},
        "right": ["i1", "i2"],
        "wrong": ["i2", "i1"],
    },
    "categorisation": {
        "content": {
            "stem": "Place.",
            "categories": [{"id": "c1", "text": "odd"}, {"id": "c2", "text": "even"}],
            "items": [{"id": "i1", "text": "1"}, {"id": "i2", "text": "2"}],
        },
        "key": {"placement": {"i1": "c1", "i2": "c2"}, "grading": "per_item"},
        "right": {"i1": "c1", "i2": "c2"},
        "wrong": {"i1": "c2", "i2": "c1"},
    },
    "cloze": {
        "content": {
            "stem": "A [[g1]] and a [[g2]].",
            "gaps": [
                {"id": "g1", "kind": "choice", "options": [{"id": "a", "text": "cat"}, {"id": "b", "text": "dog"}]},
                {"id": "g2", "kind": "text"},
            ],
        },
        "key": {
            "gaps": {
                "g1": {"fractions": {"a": 1}, "feedback": {"b": "FEEDBACK-KEY"}},
                "g2": {"answers": [{"text": "SECRET-KEY"}]},
            }
        },
        "right": {"g1": "a", "g2": "secret-key"},
        "wrong": {"g1": "b", "g2": "x"},
    },
}
SAMPLES["calculated"] = {
    "content": {"stem": "Twice {x}?", "variants": [{"id": "v1", "values": {"x": "25"}}]},
    "key": {"formula": "2 * {x}", "tolerance": "0", "tolerance_kind": "absolute"},
    "right": "50",
    "wrong": "3",
}
SAMPLES["hotspot"] = {
    "content": {
        "stem": "Where?",
        "picture": "asset:0190c2f4-0000-7000-8000-00000000000b",
        "picture_alt": "Two squares",
        "width": 100,
        "height": 50,
        "regions": [
            {"id": "a", "shape": "rect", "coords": [0, 0, 50, 50], "label": "left"},
            {"id": "b", "shape": "rect", "coords": [50, 0, 100, 50], "label": "right"},
        ],
    },
    "key": {"correct": ["a"], "feedback": {"b": "FEEDBACK-KEY"}},
    "right": ["a"],
    "wrong": ["b"],
}
SAMPLES["material"] = {
    "content": {
        "stem": "A passage.",
        "questions": [
            {"id": "q1", "type": "single_choice", "marks": 1, "content": SAMPLES["single_choice"]["content"]},
            {"id": "q2", "type": "short_text", "marks": 1, "content": SAMPLES["short_text"]["content"]},
        ],
    },
    "key": {
        "questions": {"q1": SAMPLES["single_choice"]["key"], "q2": SAMPLES["short_text"]["key"]},
        "explanations": {"q1": "EXPLANATION-KEY"},
    },
    "right": {"q1": "b", "q2": "SECRET-KEY"},
    "wrong": {"q1": "a", "q2": "x"},
}


def make_user(**fields: Any) -> User:
    """Return a learner, or with is_instructor=True an instructor."""
    number = next(_numbers)
    fields.setdefault("email", f"candidate{number}@example.com")
    fields.setdefault("display_name", f"Person {number}")
    return User.objects.create_user(**fields)


def make_bank(**fields: Any) -> Bank:
    """Return an empty bank."""
    number = next(_numbers)
    return Bank.objects.create(**{"name": f"Bank {number}", "slug": f"bank-{number}", "language": "en"} | fields)


def make_question(*, type: str = "single_choice", bank: Bank | None = None, **fields: Any) -> QuestionVersion:
    """Return the published version of a new question of a sample type; content and key may be given."""
    sample = SAMPLES.get(type) or {"content": fields["content"], "key": fields["key"]}
    bank = bank or make_bank()
    topic = fields.pop("topic", None) or Topic.objects.get_or_create(bank=bank, parent=None, name="Topic")[0]
    values = {"content": sample["content"], "key": sample["key"], "explanation": "EXPLANATION-KEY"} | fields
    question = Question.objects.create(
        bank=bank, topic=topic, type=type, status=Question.Status.PUBLISHED, summary=f"A {type} question", **values
    )
    version = QuestionVersion.objects.create(
        question=question, number=1, type=type, marks=1, content_hash="", published_at=now_utc(), **values
    )
    Question.objects.filter(pk=question.pk).update(current_version=version)
    return version


def ids_by_text(question: Question | QuestionVersion) -> dict[str, str]:
    """Return the ids of a choice's options by their texts: questions made in an editor or from a file have ids of their
    own making."""
    return {option["text"]: option["id"] for option in question.content["options"]}


def make_paper_version(
    *,
    versions: list[QuestionVersion],
    marks: Decimal | int = 2,
    pools: list[dict[str, Any]] | None = None,
    **fields: Any,
) -> PaperVersion:
    """Return a published paper of one section with the given versions fixed, and pools where given."""
    paper = Paper.objects.create(**{"title": f"Paper {next(_numbers)}", "language": "en"} | fields)
    drawn = sum(pool["count"] for pool in pools or [])
    section = {
        "id": "1",
        "title": "Part one",
        "instructions": "",
        "items": [{"version_id": version.pk, "marks": str(marks)} for version in versions],
        "pools": pools or [],
    }
    row = PaperVersion.objects.create(
        paper=paper,
        number=1,
        structure={"sections": [section]},
        question_count=len(versions) + drawn,
        total_marks=Decimal(marks) * len(versions) + sum(Decimal(p["marks"]) * p["count"] for p in pools or []),
        published_at=now_utc(),
    )
    paper.current_version = row
    paper.save()
    return row


def make_exam(*, types: tuple[str, ...] = ("single_choice", "true_false"), **fields: Any) -> Exam:
    """Return a scheduled exam open to everybody, from an hour ago for a day, with one question of each type."""
    paper_version = fields.pop("paper_version", None)
    if paper_version is None:
        bank = make_bank()
        paper_version = make_paper_version(versions=[make_question(type=type_, bank=bank) for type_ in types])
    now = now_utc()
    values: dict[str, Any] = {
        "title": f"Exam {next(_numbers)}",
        "paper": paper_version.paper,
        "paper_version": paper_version,
        "language": "en",
        "status": Exam.Status.SCHEDULED,
        "audience": Exam.Audience.EVERYBODY,
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=1),
        "duration_seconds": 3600,
        "shuffle_options": False,
    }
    return Exam.objects.create(**values | fields)
