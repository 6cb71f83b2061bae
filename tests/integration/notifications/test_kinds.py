import re
from html import unescape

import pytest
from django.template.loader import get_template, render_to_string
from django.utils import translation

from edu.accounts.adapter import AccountAdapter
from edu.core.clock import now_utc
from edu.notifications.background import render_mail, render_text_mail
from edu.notifications.kinds import CATEGORIES, get_kind, list_kinds
from edu.notifications.models import Notification
from edu.notifications.services import notify
from edu.notifications.wording import Block, split_blocks
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
KINDS = list_kinds()
MOMENTS = {
    "paid": "payments.paid",
    "refunded": "payments.refunded",
    "exam scheduled": "exams.scheduled",
    "24 hours before": "exams.soon",
    "result": "exams.result",
    "certificate": "certificates.issued",
    "assigned": "training.assigned",
    "due": "training.due",
    "late": "training.late",
    "to mark": "exams.to_mark",
    "questions imported": "exams.import_finished",
    "staff imported": "training.import_finished",
}
"""What happens -> the kind of message by which people learn of it."""
SIGN_IN_MAILS = {
    "verify on registration": "email_confirmation_signup",
    "verify": "email_confirmation",
    "reset": "password_reset_code",
    "sign in": "login_code",
    "registered already": "account_already_exists",
    "unknown": "unknown_account",
}
"""What happens -> the mail of the sign-in, which is sent at once and not mirrored in the bell."""
LATIN = re.compile(r"[A-Za-z]{2,}")


def words_of(html: str) -> str:
    """Return what a mail shows, its texts for the preview included; addresses and styles left out."""
    text = re.sub(r"<(style|head)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"https?://\S+|\S+@\S+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def latin_words(html: str, sample: dict) -> set[str]:
    """Return Latin words of a mail that are neither the site's name nor what the sample put there."""
    given = set(LATIN.findall(str(sample))) | {"Jinbang", "Li", "PDF"}
    return set(LATIN.findall(words_of(html))) - given


def mail_of(kind, *, language: str, sample: dict | None = None) -> str:
    """Return the HTML mail of a kind in a language."""
    user = make_user(language=language, display_name="Li")
    row = notify(user_id=user.pk, kind=kind.name, context=sample or kind.sample, url="/somewhere/")
    with translation.override(language):
        return render_mail(row=row, kind=kind)


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
        "notifications/mail.html", {"heading": row.title, "blocks": [Block(text=row.body)], "site": {"name": "Jinbang"}}
    )
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "<b>x</b>" not in html


@pytest.mark.parametrize("moment", MOMENTS)
def test_each_moment_has_a_mail_with_a_button_in_both_languages(moment):
    kind = next(kind for kind in KINDS if kind.name == MOMENTS[moment])
    assert kind.action, f"the button of {kind.name} would say only that it opens something"
    english, chinese = (mail_of(kind, language=language) for language in ("en", "zh-hans"))
    assert 'lang="en"' in english
    assert 'lang="zh-Hans"' in chinese
    with translation.override("zh-hans"):
        assert str(kind.action) in chinese
    for value in kind.sample.values():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and not re.match(r"\d{4}-\d\d-\d\d", text):
                assert text in unescape(chinese), f"{kind.name} does not show {text!r}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_chinese_mail_speaks_chinese_only(kind):
    assert not latin_words(mail_of(kind, language="zh-hans"), kind.sample)


@pytest.mark.parametrize("moment", SIGN_IN_MAILS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_mails_of_the_sign_in_wear_the_frame_in_both_languages(mailoutbox, moment, language):
    address = "https://jinbang.example/here/"
    context = {"code": "482913", "password_reset_url": address, "signup_url": address}
    user = make_user(language=language)
    AccountAdapter().send_mail(f"account/email/{SIGN_IN_MAILS[moment]}", user.email, {"user": user, **context})
    message = mailoutbox[0]
    html = message.alternatives[0][0]
    assert "mail-card" in html
    assert ("482913" in words_of(html)) or f'href="{address}"' in html
    if language == "zh-hans":
        assert re.search(r"[\u4e00-\u9fff]", message.subject)
        assert not latin_words(html, {})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_title_reaches_the_bell_as_it_was_written(kind):
    sample = {
        name: "R&D <1>" if name in ("title", "file_name", "company") else kept for name, kept in kind.sample.items()
    }
    row = notify(user_id=make_user().pk, kind=kind.name, context=sample)
    assert "&amp;" not in row.title + row.body
    assert ("R&D <1>" in row.title) == ("R&D <1>" in sample.values())
    assert "<1>" not in mail_of(kind, language="en", sample=sample)


def test_lists_of_a_text_are_lists_in_the_mail():
    text = "Open to you now:\n- One\n- Two\n\nThank you.\nYours"
    assert list(split_blocks(text)) == [
        Block(text="Open to you now:"),
        Block(entries=("One", "Two")),
        Block(text="Thank you.\nYours"),
    ]
    kind = next(kind for kind in KINDS if kind.name == "training.assigned")
    assert mail_of(kind, language="en").count("<li") == len(kind.sample["products"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_plain_text_of_a_mail_says_the_same_and_speaks_chinese_too(kind):
    user = make_user(language="zh-hans", display_name="Li")
    row = notify(user_id=user.pk, kind=kind.name, context=kind.sample, url="/somewhere/")
    with translation.override("zh-hans"):
        text = render_text_mail(row=row, kind=kind)
        assert kind.essential or "/notifications/unsubscribe/" in text
    assert text.startswith(f"{row.title}\n")
    assert row.body in text
    assert "/somewhere/\n" in text
    assert "&" not in text.partition("-- \n")[0]
    assert not latin_words(text, kind.sample)


def test_mails_name_the_site_as_the_operator_does():
    from wagtail.models import Site

    from edu.website.models.settings import SiteSettings

    row = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    row.name_en, row.name_zh, row.contact_email = "Harbour School", "海港学堂", "desk@harbour.example"
    row.save()
    kind = KINDS[0]
    assert "Harbour School" in mail_of(kind, language="en")
    chinese = mail_of(kind, language="zh-hans")
    assert "海港学堂" in chinese
    assert "mailto:desk@harbour.example" in chinese


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("exams.result", "en", "No more mails about “Exams and results”"),
        ("exams.result", "zh-hans", "不再接收“考试与成绩”类邮件"),
        ("exams.practice_regraded", "zh-hans", "不再接收“练习答案重判”类邮件"),
        ("exams.practice_reminder", "en", "Stop the reminders"),
    ],
)
def test_the_link_that_ends_mails_says_which(name, language, said):
    kind = get_kind(name)
    row = notify(user_id=make_user(language=language).pk, kind=name, context=kind.sample, url="/somewhere/")
    with translation.override(language):
        assert said in unescape(render_mail(row=row, kind=kind))
        assert said in render_text_mail(row=row, kind=kind)
