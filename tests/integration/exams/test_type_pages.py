"""What every question type keeps on its pages: asked, reviewed and edited in both languages, every control with a name,
no key in what is asked, and an editor that changes nothing when nothing was changed. A new type is under it unasked.
"""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from exams.authoring.editors import get_editor
from exams.domain.grading import load_question
from exams.domain.registry import get_type, question_types
from exams.domain.stored_parts import named_parts, stored_parts
from exams.presentation import ReviewPolicy, ask_view, review_view
from exams.services import create_bank, publish_question, save_question
from tests.factories.exams import make_user
from tests.pure.exams.samples import CASES

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "zh-hans")
CONTROLS = {"input", "select", "textarea", "button"}
VOID = {"input", "img", "br", "hr", "meta", "link", "use", "source"}


class Page(HTMLParser):
    """Controls of a page with what names them, and what a form of it would send."""

    def __init__(self, html):
        super().__init__()
        self.controls, self.labels, self.stack, self.ids, self.names = [], {}, [], {}, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        entry = SimpleNamespace(tag=tag, attrs=given, text="", options=[])
        if "id" in given:
            self.ids[given["id"]] = entry
        # What stands in a template is not on the page: the script that copies it names it.
        if tag in CONTROLS and not any(outer.tag == "template" for outer in self.stack):
            entry.label = next((outer for outer in reversed(self.stack) if outer.tag == "label"), None)
            self.controls.append(entry)
        if tag == "option":
            select = next(outer for outer in reversed(self.stack) if outer.tag == "select")
            select.options.append(given)
        if tag == "label" and "for" in given:
            self.labels[given["for"]] = entry
        if tag not in VOID:
            self.stack.append(entry)

    def handle_endtag(self, tag):
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place].tag == tag:
                del self.stack[place:]
                return

    def handle_data(self, data):
        for outer in self.stack:
            outer.text += data

    def name_of(self, control):
        """Return the accessible name, as far as attributes and labels give one."""
        attrs = control.attrs
        if attrs.get("aria-label"):
            return attrs["aria-label"]
        if attrs.get("aria-labelledby"):
            return " ".join(self.ids[id_].text for id_ in attrs["aria-labelledby"].split() if id_ in self.ids)
        labels = [self.labels.get(attrs.get("id")), control.label, control if control.tag == "button" else None]
        return next((label.text.strip() for label in labels if label and label.text.strip()), "")

    def sent(self):
        """Return what the form sends without a button, by name."""
        data = {}
        for control in self.controls:
            attrs = control.attrs
            name = attrs.get("name")
            if not name or control.tag == "button" or attrs.get("type") == "file":
                continue
            if attrs.get("type") in {"checkbox", "radio"}:
                if "checked" in attrs:
                    data.setdefault(name, []).append(attrs.get("value", "on"))
            elif control.tag == "select":
                chosen = [option for option in control.options if "selected" in option] or control.options[:1]
                data[name] = [option.get("value", "") for option in chosen]
            else:
                value = control.text.removeprefix("\n") if control.tag == "textarea" else attrs.get("value", "")
                data[name] = [value]
        return data


@pytest.fixture(params=sorted({*question_types(), *CASES}))
def case(request):
    return request.param


@pytest.fixture
def name(case):
    return case.partition("/")[0]


@pytest.fixture
def sample(case):
    return CASES[case]


def asked(name, sample, **fields):
    view = ask_view(type=name, content=sample.content, name="q1", number="1", slot=1, **fields)
    return render_to_string("exams/types/question_ask.html", {"question": view, "tools": True})


def reviewed(name, sample, response, **fields):
    question = get_type(name)
    mark = load_question(name, sample.content, sample.key).grade(response)
    view = review_view(
        type=question.name,
        content=sample.content,
        key=sample.key,
        name="q1",
        response=response,
        state=str(mark.state),
        fraction=mark.fraction,
        mark=mark.fraction,
        parts=named_parts(stored_parts(mark.parts)),
        explanation="<p>EXPLAINED</p>",
        **fields,
    )
    return render_to_string("exams/types/question_review.html", {"question": view})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_of_what_is_asked_has_a_name(name, sample, language):
    with override(language):
        page = Page(asked(name, sample))
    visible = [one for one in page.controls if one.attrs.get("type") != "hidden"]
    assert visible
    assert [one.attrs for one in visible if not page.name_of(one).strip()] == []


def test_everything_is_reached_by_the_keyboard(name, sample):
    html = asked(name, sample)
    assert 'tabindex="-1"' not in html.replace('tabindex="-1" data-question', "")
    assert "onclick" not in html
    native = re.findall(r'data-response="[a-z]+"', html)
    assert native
    page = Page(html)
    assert [one for one in page.controls if one.tag != "button" and one.attrs.get("type") != "hidden"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_asked_without_the_key_and_with_the_answer_so_far(name, sample, language):
    with override(language):
        blank, answered = asked(name, sample), asked(name, sample, response=sample.right)
    assert "EXPLAINED" not in blank
    assert blank != answered


def test_a_form_without_scripts_says_what_is_on_the_page(name, sample):
    data = Page(asked(name, sample, response=sample.right)).sent()

    class Form(dict):
        def get(self, key, default=None):
            return super().get(key, [default])[-1]

        def getlist(self, key):
            return super().get(key, [])

    question = get_type(name)
    content = question.parse_content(sample.content)
    raw = question.read_form(sample.content, Form(data), "q1")
    assert question.parse_response(content, raw) == question.parse_response(content, sample.right)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("given", ["right", "wrong", "blank"])
def test_review_shows_the_answer_and_the_explanation(name, sample, language, given):
    response = {"right": sample.right, "wrong": sample.wrong, "blank": None}[given]
    with override(language):
        html = reviewed(name, sample, response)
    assert "EXPLAINED" in html
    assert not Page(html).controls


def test_review_without_keys_keeps_them(name, sample):
    html = reviewed(name, sample, sample.wrong, policy=ReviewPolicy(keys=False, explanations=False))
    assert "option--right" not in html
    assert "EXPLAINED" not in html


@pytest.fixture
def author():
    return make_user(is_instructor=True)


@pytest.fixture
def question(name, sample, author):
    bank = create_bank(actor=author, name="Bank", language="en")
    saved = save_question(bank=bank, actor=author, type=name, content=sample.content, key=sample.key)
    publish_question(question=saved, actor=author)
    return saved


@pytest.mark.parametrize("language", LANGUAGES)
def test_open_and_save_changes_nothing(client, question, author, language):
    question_type = get_type(question.type)
    before = question_type.parse_content(question.content), question_type.parse_key(question.key)
    client.force_login(author)
    client.cookies["django_language"] = language
    url = f"/teach/questions/{question.public_id}/"
    html = client.get(url).content.decode()
    form = html[html.index('id="question-form"') - 200 : html.index("</form>", html.index('id="question-form"'))]
    page = Page(form)
    answer = client.post(url, page.sent() | {"do": ["publish"]})
    assert answer.status_code == 302, answer.content.decode()[:4000]
    question.refresh_from_db()
    after = question_type.parse_content(question.content), question_type.parse_key(question.key)
    assert after[0] == before[0]
    if question_type.info.holds_questions:
        assert [after[1].of(part) for part in after[0].questions] == [
            before[1].of(part) for part in before[0].questions
        ]
    else:
        assert after[1] == before[1]
    assert question.versions.count() <= 2


def test_every_control_of_the_editor_has_a_name(client, question, author):
    client.force_login(author)
    for language in LANGUAGES:
        client.cookies["django_language"] = language
        page = Page(client.get(f"/teach/questions/{question.public_id}/").content.decode())
        visible = [one for one in page.controls if one.attrs.get("type") != "hidden"]
        assert [one.attrs for one in visible if not page.name_of(one)] == []


def test_the_form_of_a_new_question_can_be_opened_and_previewed(client, author, name):
    bank = create_bank(actor=author, name="Bank", language="en")
    client.force_login(author)
    url = f"/teach/banks/{bank.public_id}/questions/new/{name}/"
    page = Page(client.get(url).content.decode())
    assert client.post(f"/teach/banks/{bank.public_id}/preview/{name}/", page.sent()).status_code == 200
    assert get_editor(name).layout


def test_a_stranger_sees_and_changes_nothing(client, question):
    client.force_login(make_user(is_instructor=True))
    url = f"/teach/questions/{question.public_id}/"
    assert client.get(url).status_code == 404
    assert client.post(url, {"do": "publish", "stem": "mine"}).status_code == 404
    before = question.content
    question.refresh_from_db()
    assert question.content == before
