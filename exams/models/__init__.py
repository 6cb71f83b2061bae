"""The tables of the exam engine, by noun; private to this app."""

from exams.models.attempt import Attempt, ItemResult, LateBatch, MarkChange
from exams.models.bank import Bank, BankShare, Question, QuestionVersion, Topic
from exams.models.exam import Accommodation, Exam
from exams.models.interchange import ImportBatch, ImportRow, QuestionExport
from exams.models.paper import BlueprintRule, Paper, PaperItem, PaperSection, PaperVersion
from exams.models.practice import PracticeAnswer, PracticeSession, WrongAnswer

__all__ = [
    "Accommodation",
    "Attempt",
    "Bank",
    "BankShare",
    "BlueprintRule",
    "Exam",
    "ImportBatch",
    "ImportRow",
    "ItemResult",
    "LateBatch",
    "MarkChange",
    "Paper",
    "PaperItem",
    "PaperSection",
    "PaperVersion",
    "PracticeAnswer",
    "PracticeSession",
    "Question",
    "QuestionExport",
    "QuestionVersion",
    "Topic",
    "WrongAnswer",
]
