"""The tables of the exam engine, by noun; private to this app."""

from exams.models.answer_file import AnswerFile
from exams.models.appeal import Appeal
from exams.models.attempt import Attempt, ItemResult, LateBatch, MarkChange
from exams.models.bank import Bank, BankShare, Question, QuestionVersion, Topic
from exams.models.bulk import BulkAction, BulkChange
from exams.models.enemies import QuestionEnemies
from exams.models.exam import Accommodation, Exam
from exams.models.exam_figures import ExamFigures
from exams.models.figures import QuestionReport, QuestionStatistics
from exams.models.interchange import ImportBatch, ImportRow, QuestionExport
from exams.models.invigilation import ActOnAttempt, AttemptDevice, ExamInvigilator, ExamMessage, InvigilatorAct
from exams.models.marking import MarkSheet, ResultExport, ResultHold, SavedComment, ScriptFlag
from exams.models.paper import BlueprintRule, Paper, PaperItem, PaperSection, PaperVersion
from exams.models.paper_removal import PaperRemoval
from exams.models.practice import PracticeAnswer, PracticeSession
from exams.models.practice_set import PracticeChoice, PracticeExport, PracticeSet
from exams.models.progress import PracticePreference, QuestionProgress
from exams.models.question_change import QuestionChange
from exams.models.regrading import PracticeChange, RegradeChange, RegradeSet
from exams.models.review import QuestionComment, QuestionReview
from exams.models.search import QuestionTerms
from exams.models.signals import AttemptSignal, SignalTally
from exams.models.sound_play import SoundPlay
from exams.models.topic_change import TopicChange, TopicChangePart

__all__ = [
    "Accommodation",
    "ActOnAttempt",
    "AnswerFile",
    "Appeal",
    "Attempt",
    "AttemptDevice",
    "AttemptSignal",
    "Bank",
    "BankShare",
    "BlueprintRule",
    "BulkAction",
    "BulkChange",
    "Exam",
    "ExamFigures",
    "ExamInvigilator",
    "ExamMessage",
    "ImportBatch",
    "ImportRow",
    "InvigilatorAct",
    "ItemResult",
    "LateBatch",
    "MarkChange",
    "MarkSheet",
    "Paper",
    "PaperItem",
    "PaperRemoval",
    "PaperSection",
    "PaperVersion",
    "PracticeAnswer",
    "PracticeChange",
    "PracticeChoice",
    "PracticeExport",
    "PracticePreference",
    "PracticeSession",
    "PracticeSet",
    "Question",
    "QuestionChange",
    "QuestionComment",
    "QuestionEnemies",
    "QuestionExport",
    "QuestionProgress",
    "QuestionReport",
    "QuestionReview",
    "QuestionStatistics",
    "QuestionTerms",
    "QuestionVersion",
    "RegradeChange",
    "RegradeSet",
    "ResultExport",
    "ResultHold",
    "SavedComment",
    "ScriptFlag",
    "SignalTally",
    "SoundPlay",
    "Topic",
    "TopicChange",
    "TopicChangePart",
]
