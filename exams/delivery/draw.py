"""Drawing the paper of one attempt from the frozen pools: positions, question order and option orders, all from one
seed.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from exams.delivery.parsed import option_groups
from exams.domain.assembly import DrawnSlot, draw, shuffle_options, shuffle_questions
from exams.fetch import frozen_entry, pools_of, section_texts
from exams.models import Exam


def new_seed() -> int:
    """Return a seed that nobody can guess, within a signed 64-bit column."""
    return secrets.randbelow(2**63)


def draw_paper(*, exam: Exam, structure: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return the paper to be frozen in an attempt: one statement reads the hashes of the drawn versions, whatever the
    size of the bank; one more those that this process has not met.
    """
    slots = draw(pools_of(structure), seed=seed)
    groups = option_groups(drawn.version_id for drawn in slots)
    number = 0
    sections: list[dict[str, Any]] = []
    for section in section_texts(structure):
        own: tuple[DrawnSlot, ...] = tuple(drawn for drawn in slots if drawn.section_id == section["id"])
        if exam.shuffle_questions:
            own = shuffle_questions(seed=seed, section_id=section["id"], slots=own)
        entries = []
        for drawn in own:
            number += 1
            found = groups[drawn.version_id]
            order = {
                group: shuffle_options(seed=seed, slot=number, ids=ids, group=group) if exam.shuffle_options else ids
                for group, ids in found.ordered.items()
            }
            for group, ids in found.drawn.items():
                order[group] = shuffle_options(seed=seed, slot=number, ids=ids, group=group)[:1]
            entries.append(frozen_entry(number, drawn, order))
        sections.append({**section, "slots": entries})
    return {"sections": sections}
