"""The tables of the exam engine, by noun; private to this app."""

from exams.models.answer_file import AnswerFile
from exams.models.attempt import Attempt, ItemResult, LateBatch, MarkChange
from exams.models.bank import Bank, BankShare, Question, QuestionVersion, Topic
from exams.models.exam import Accommodation, Exam
from exams.models.interchange import ImportBatch, ImportRow, QuestionExport
from exams.models.paper import BlueprintRule, Paper, PaperItem, PaperSection, PaperVersion
from exams.models.practice import PracticeAnswer, PracticeSession, WrongAnswer
from exams.models.sound_play import SoundPlay

__all__ = [
    "Accommodation",
    "AnswerFile",
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
    "SoundPlay",
    "Topic",
    "WrongAnswer",
]
