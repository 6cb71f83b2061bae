import re

import pytest
from django.conf import settings

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
