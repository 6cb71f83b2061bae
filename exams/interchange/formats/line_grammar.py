"""What one line of a Chinese question paper can be: a number, options, a labelled field, a heading, a list of answers.
Pure; `paper_lines` reads by it. Each noun has a module of its own, gathered here."""

from exams.interchange.formats.line_answers import BRACKET_ANSWER, begins_with_answer, is_key_heading, key_list
from exams.interchange.formats.line_headings import (
    Section,
    heading_of,
    inline_type,
    is_bare_part,
    is_roman_part,
    is_rule,
    is_subsection,
    level_at,
    part_of,
    section_of,
    type_behind,
    type_in,
)
from exams.interchange.formats.line_labels import FIELD_OF, is_bare_label, label_at, split_labels
from exams.interchange.formats.line_marks import earned_marks, take_marks
from exams.interchange.formats.line_numbers import Numbered, chinese_numbered, chinese_value, numbered
from exams.interchange.formats.line_options import option_at, option_marks
from exams.interchange.formats.line_passages import (
    GAP,
    bare_span,
    gap_group,
    gap_numbers,
    is_text_letter,
    opens_passage,
    opens_text,
    passage_range,
    shared_options,
    shared_stem,
)

__all__ = [
    "BRACKET_ANSWER",
    "FIELD_OF",
    "GAP",
    "Numbered",
    "Section",
    "bare_span",
    "begins_with_answer",
    "chinese_numbered",
    "chinese_value",
    "earned_marks",
    "gap_group",
    "gap_numbers",
    "heading_of",
    "inline_type",
    "is_bare_label",
    "is_bare_part",
    "is_key_heading",
    "is_roman_part",
    "is_rule",
    "is_subsection",
    "is_text_letter",
    "key_list",
    "label_at",
    "level_at",
    "numbered",
    "opens_passage",
    "opens_text",
    "option_at",
    "option_marks",
    "part_of",
    "passage_range",
    "section_of",
    "shared_options",
    "shared_stem",
    "split_labels",
    "take_marks",
    "type_behind",
    "type_in",
]
