"""The tables of the exam engine, by noun; private to this app."""

from exams.models.attempt import Attempt, ItemResult, LateBatch, MarkChange
from exams.models.bank import Bank, BankShare, ImportBatch, Question, QuestionVersion, Topic
from exams.models.bulk import BulkAction, BulkChange
from exams.models.exam import Accommodation, Exam
from exams.models.figures import QuestionReport, QuestionStatistics
from exams.models.paper import BlueprintRule, Paper, PaperItem, PaperSection, PaperVersion
from exams.models.practice import PracticeAnswer, PracticeSession, WrongAnswer
from exams.models.review import QuestionComment, QuestionReview
from exams.models.search import QuestionTerms

__all__ = [
    "Accommodation",
    "Attempt",
    "Bank",
    "BankShare",
    "BlueprintRule",
    "BulkAction",
    "BulkChange",
    "Exam",
    "ImportBatch",
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
    "QuestionComment",
    "QuestionReport",
    "QuestionReview",
    "QuestionStatistics",
    "QuestionTerms",
    "QuestionVersion",
    "Topic",
    "WrongAnswer",
]
