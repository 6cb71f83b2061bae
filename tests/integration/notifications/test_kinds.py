import re

import pytest
from django.template.loader import get_template, render_to_string
from django.utils import translation

from edu.core.clock import now_utc
from edu.notifications.background import render_mail
from edu.notifications.kinds import CATEGORIES, list_kinds
from edu.notifications.models import Notification
from edu.notifications.services import notify
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
KINDS = list_kinds()


def names_in_template(kind) -> bool:
    """Whether the kind's text uses anything of its context."""
    source = get_template(f"{kind.template}.txt").template.source
    return bool(re.search(r"{{|blocktrans", source))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_renders_in_both_languages(kind, language):
    if names_in_template(kind):
        assert kind.sample, f"{kind.name} has no sample context"
    user = make_user(language=language, display_name="Li")
    row = notify(user_id=user.pk, kind=kind.name, context=kind.sample, url="/somewhere/")
    assert row.title
    with translation.override(language):
        html = render_mail(row=row, kind=kind)
    assert "/somewhere/" in html
    assert row.title in html or "&" in html
    for text in (row.title, row.body, html):
        assert "{{" not in text
        assert "None" not in text
    if language == "zh-hans":
        assert re.search(r"[\u4e00-\u9fff]", row.title), f"{kind.name} has no Chinese title"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_a_known_category_and_a_label(kind):
    assert kind.category in CATEGORIES
    assert str(kind.label)


def test_a_text_that_holds_html_is_escaped_in_the_mail():
    row = Notification(user=make_user(), title="<b>x</b>", body="<script>", created_at=now_utc(), context={})
    html = render_to_string(
        "notifications/mail.html", {"heading": row.title, "paragraphs": [row.body], "site": {"name": "Jinbang"}}
    )
    assert "<script>" not in html
    assert "<b>x</b>" not in html
