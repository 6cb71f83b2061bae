"""What the room's tools offer and say: signs that the grader reads, words for every state."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from exams.domain.numbers import parse_quantity
from exams.domain.text import Folding, fold
from exams.views.room_words import SIGN_GROUPS, save_words, tool_words

SCRIPTS = Path(settings.BASE_DIR) / "static/js/exam"
WRITTEN = {
    "−": "−5",
    "×10^": "1.2×10^3",
    "%": "12%",
    "°": "30°",
    "μ": "3 μ",
    "Ω": "5 Ω",
    "¥": "¥5",
    "$": "$5",
    "€": "€5",
}


def test_every_sign_for_numbers_is_read_as_part_of_a_number():
    signs = {sign.text for group in SIGN_GROUPS if group.fields == "number" for sign in group.signs}
    assert signs == set(WRITTEN)
    for text in WRITTEN.values():
        assert parse_quantity(text) is not None, text


def test_every_sign_for_texts_survives_the_comparison():
    for group in SIGN_GROUPS:
        for sign in group.signs if "text" in group.fields.split() else ():
            text = sign.text.replace("|", "a")
            folded = fold(text, Folding(punctuation=True))
            assert folded == fold(f" {text} ", Folding(punctuation=True)), text
            assert folded != fold("b", Folding(punctuation=True)), text


def test_a_sign_whose_face_is_not_its_text_has_a_name():
    for group in SIGN_GROUPS:
        for sign in group.signs:
            assert sign.label or sign.face == sign.text, sign


@pytest.mark.parametrize(("script", "words"), [("save-state.js", save_words), ("strike.js", tool_words)])
def test_scripts_say_what_the_page_gives_them_and_nothing_is_left_over(script, words):
    used = set(re.findall(r"words\.(\w+)", (SCRIPTS / script).read_text()))
    assert used == set(words())
