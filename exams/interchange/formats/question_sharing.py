"""How questions that share their options, and gaps with options of their own, become content and key. Pure; for
`question_block` alone."""

import re
from typing import TYPE_CHECKING, Any

from exams.domain.text import plain_text
from exams.interchange.formats.base import Remark, gettext_noop
from exams.interchange.formats.question_keys import Parts, Unclear, lettered_options, letters_in

if TYPE_CHECKING:
    from exams.interchange.formats.question_block import Block

_NO_PARTS = gettext_noop("These options are followed by no question of their own.")
_ONE_LETTER = gettext_noop("Question %(number)s needs exactly one of the shared options as its answer.")
_NO_OPTION = gettext_noop("The answer names “%(letter)s”, but there is no such option.")
_NO_GAP = gettext_noop("The question has no gap (%(number)s) for its options.")
_ONE_EACH = gettext_noop("Write one letter for each of the %(count)s gaps.")


def shared_options(block: "Block", /) -> Parts:
    """Return a matching: the questions on the left, their common options on the right; several may have the same."""
    right = lettered_options(block)
    known = [option["id"] for option in right]
    if not block.parts:
        raise Unclear("questions", _NO_PARTS)
    left: list[dict[str, str]] = []
    pairs: dict[str, str] = {}
    explanations: list[str] = []
    for number, part in enumerate(block.parts, start=1):
        letters = letters_in(part, is_final=True) or []
        for one in letters:
            if one.lower() not in known:
                block.problem("answer", _NO_OPTION, {"letter": one})
        if len(letters) == 1:
            pairs[f"l{number}"] = letters[0].lower()
        else:
            block.problem("answer", _ONE_LETTER, {"number": number})
        left.append({"id": f"l{number}", "text": part.stem})
        if part.explanation.strip():
            explanations.append(part.explanation.strip())
        _take_remarks(block, part, f"l{number}")
    block.explanation = "\n".join(filter(None, [block.explanation.strip(), *explanations]))
    return {"stem": block.stem, "left": left, "right": right}, {"pairs": pairs}


def _take_remarks(block: "Block", part: "Block", place: str) -> None:
    for found, notes in ((part.problems, block.problems), (part.doubts, block.doubts), (part.losses, block.losses)):
        notes += [
            Remark(row=one.row, field=f"{place}.{one.field}", text=one.text, values=one.values, file=one.file)
            for one in found
        ]


def gaps_with_options(block: "Block", /) -> Parts:
    """Return a cloze whose gaps (`（2）`, `（3）`) each have options of their own."""
    stem = block.stem
    gaps: list[dict[str, Any]] = []
    keys: dict[str, Any] = {}
    answers = [plain_text(one).strip().upper() for one in block.answers]
    if len(answers) != len(block.gap_options) or not all(re.fullmatch(r"[A-Z]", one) for one in answers):
        raise Unclear("answer", _ONE_EACH, {"count": len(block.gap_options)})
    for (number, options), letter in zip(block.gap_options, answers, strict=True):
        id_ = f"g{len(gaps) + 1}"
        pattern = rf"[（(]\s?{number}\s?[)）]|_{{1,20}}\s?{number}\s?_{{1,20}}"
        stem, count = re.subn(pattern, f"[[{id_}]]", stem, count=1)
        if not count:
            raise Unclear("stem", _NO_GAP, {"number": number})
        listed = [{"id": name.lower(), "text": text} for name, text in options if text.strip()]
        if letter.lower() not in [one["id"] for one in listed]:
            raise Unclear("answer", _NO_OPTION, {"letter": letter})
        gaps.append({"id": id_, "kind": "choice", "options": listed})
        keys[id_] = {"fractions": {letter.lower(): 1}}
    return {"stem": stem, "gaps": gaps}, {"gaps": keys}
