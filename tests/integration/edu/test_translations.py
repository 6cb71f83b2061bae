import ast
import re
from datetime import datetime

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from edu.audit.wording import ACTIONS, action_label
from edu.schema.messages import Message, collect, from_python, from_template, read_catalogue, translated

ROOMS = tuple(settings.LOCALE_ROOMS)


def catalogue_path(room):
    return settings.BASE_DIR / "locale" / room / "zh_Hans" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def done():
    found = set()
    for room in ROOMS:
        found |= translated(read_catalogue(catalogue_path(room)))
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_of_the_room_is_in_chinese(room, done):
    missing = [
        f"{message.text!r} in {files[0]}"
        for message, files in sorted(collect(base=settings.BASE_DIR, room=room, rooms=ROOMS).items())
        if (message.context, message.text) not in done
    ]
    assert missing == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_translation_is_empty_or_fuzzy_or_loses_a_value(room):
    faults = []
    for entry in read_catalogue(catalogue_path(room)):
        if not entry.id:
            continue
        texts = entry.id if isinstance(entry.id, tuple | list) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
        wanted = set().union(*(re.findall(r"%\(\w+\)[sd]", text) for text in texts))
        if entry.fuzzy or not any(strings):
            faults.append(texts[0])
        faults += [
            f"{texts[0]} -> {text}" for text in strings if text and set(re.findall(r"%\(\w+\)[sd]", text)) - wanted
        ]
    assert faults == []


def test_messages_are_found_in_python_and_templates():
    python = 'x = _("One" " two")\ny = ngettext("%(n)d day", "%(n)d days", n)\nz = pgettext("verb", "Open")\n'
    assert set(from_python(python)) == {
        Message("One two"),
        Message("%(n)d day", plural="%(n)d days"),
        Message("Open", context="verb"),
    }
    template = (
        "{% load i18n %}<a title=\"{% translate 'It (is)' %}\">{% blocktranslate trimmed count n=n %}\n one {{ n }}"
        '{% plural %}many {{ n }}{% endblocktranslate %}</a>{% translate "Open" context "verb" as x %}{{ _(\'Raw\') }}'
    )
    assert set(from_template(template)) == {
        Message("It (is)"),
        Message("one %(n)s", plural="many %(n)s"),
        Message("Open", context="verb"),
        Message("Raw"),
    }


def test_a_text_has_the_same_chinese_in_every_room():
    """All catalogues are merged when the site runs; where two meanings differ, one of them needs a context."""
    found = {}
    for room in ROOMS:
        for entry in read_catalogue(catalogue_path(room)):
            if entry.id:
                found.setdefault((entry.context or "", entry.id), {})[room] = entry.string
    assert {key: rooms for key, rooms in found.items() if len(set(map(str, rooms.values()))) > 1} == {}


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [("en", "22 Nov 2026", "22 Nov 2026, 06:00"), ("zh-hans", "2026年11月22日", "2026年11月22日 06:00")],
)
def test_dates_are_written_one_way_in_each_language(language, day, moment):
    at = datetime(2026, 11, 22, 6, 0)
    with translation.override(language):
        assert {date_format(at, name) for name in ("DATE_FORMAT", "SHORT_DATE_FORMAT")} == {day}
        assert {date_format(at, name) for name in ("DATETIME_FORMAT", "SHORT_DATETIME_FORMAT")} == {moment}


def test_templates_name_no_date_format_of_their_own():
    named = '"(?!c"|(?:SHORT_)?DATE_FORMAT"|(?:SHORT_)?DATETIME_FORMAT"|TIME_FORMAT")'
    own = re.compile(r"\{\{[^}]*\|(?:date|time):" + named + r"[^}]*\}\}")
    assert [
        f"{path.relative_to(settings.BASE_DIR)}: {found}"
        for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))
        for found in own.findall(path.read_text(encoding="utf-8"))
    ] == []


def recorded_actions():
    """Yield every act that the code writes into the audit log, as far as it stands there as text."""
    for room in ROOMS:
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name not in {"record", "_record", "_trace"}:
                    continue
                texts = [keyword.value for keyword in node.keywords if keyword.arg == "action"] or node.args
                for text in (part for value in texts for part in ast.walk(value)):
                    if isinstance(text, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]*[a-z]", str(text.value)):
                        yield text.value


def test_every_recorded_act_has_words():
    actions = set(recorded_actions())
    assert len(actions) > 60
    wordless = {action for action in actions - set(ACTIONS) if not action.endswith("_")}
    stems = {action for action in actions if action.endswith("_")}  # the code adds the kind of the object
    assert sorted(wordless) == []
    assert [stem for stem in stems if not any(action.startswith(stem) for action in ACTIONS)] == []
    assert action_label("nobody.knows") == "nobody.knows"
