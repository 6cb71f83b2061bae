"""What reaches the browser of somebody who sits an exam: every byte of every address, for every question type, before
the release and under every review policy. Keys, explanations, other people and other versions are marked and sought.
"""

import itertools
import json
import re
from copy import deepcopy

import pytest
from django.urls import reverse

from edu.core.clock import now_utc
from exams.domain.grading import load_question
from exams.domain.registry import question_types
from exams.fetch import frozen_slots
from exams.models import Attempt, Exam, Question
from exams.services import sit_exam, start_attempt
from tests.factories.exams import make_exam, make_paper_version, make_question, make_user
from tests.integration.exams.addresses import filled, with_ids
from tests.integration.exams.conftest import Sitting
from tests.pure.exams.samples import SAMPLES

pytestmark = pytest.mark.django_db

TYPES = sorted(question_types())
KEY, EXPLANATION, OTHER = "LEAK-KEY", "LEAK-EXPLANATION", "LEAK-OTHER"
OWN = "OWN-ANSWER"
TEXTS = {"feedback", "model_answer", "criterion", "text"}
"""Fields of keys whose text an author writes freely."""


def marked(value, inside=""):
    """Return a key with every free text of it marked; explanations of sub-questions are explanations."""
    if isinstance(value, dict):
        return {name: marked(one, name if name in TEXTS | {"explanations"} else inside) for name, one in value.items()}
    if isinstance(value, list):
        return [marked(one, inside) for one in value]
    if isinstance(value, str) and inside:
        return f"{value} {EXPLANATION if inside == 'explanations' else KEY}"
    return value


def turned(value):
    """Return a key that says something else in the same form: lists backwards, ids and truths exchanged."""
    if isinstance(value, dict):
        return dict(zip(value, [turned(one) for one in reversed(value.values())], strict=True))
    if isinstance(value, list):
        return [turned(one) for one in reversed(value)]
    if isinstance(value, bool):
        return not value
    return value


def question_of(name, **fields):
    """Return a published question of a type with everything secret marked; a later version and a draft wait behind."""
    sample = SAMPLES[name]
    values = {"content": sample.content, "key": marked(sample.key), "explanation": f"<p>{EXPLANATION}</p>"}
    version = make_question(type=name, **values | fields)
    later = deepcopy(sample.content) | {"stem": OTHER}
    Question.objects.filter(pk=version.question_id).update(content=later, explanation=OTHER, summary=OTHER)
    return version


@pytest.fixture
def exam():
    owner = make_user(is_instructor=True, email="leak-other@example.com")
    paper = make_paper_version(versions=[question_of(name) for name in TYPES])
    return make_exam(paper_version=paper, owner=owner, title="Finals")


@pytest.fixture
def _others(exam):
    """Let two others sit the exam, with names and answers that must not be seen; then lock it with a code."""
    slot, now = TYPES.index("essay") + 1, now_utc()
    for number in range(2):
        mail = f"leak-other-{number}@example.com"
        other = make_user(display_name=f"{OTHER} {number}", real_name=f"{OTHER} 名字", email=mail)
        given = {slot: f"{OTHER} essay"}
        sit_exam(user_id=other.pk, exam_id=exam.public_id, answers=given, started_at=now, submitted_at=now)
    exam.access_code = f"{KEY}-CODE"
    exam.save()


SECRETS = re.compile(rf"{KEY}|{EXPLANATION}|{OTHER}|leak-other|&quot;fractions&quot;|\"fractions\"|\"correct\"", re.I)


def secrets_in(response) -> set[str]:
    """Return the marks found in everything that a response carries."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = json.dumps(dict(response.headers), default=str) + str(response.cookies)
    return set(SECRETS.findall(body.decode(errors="replace") + headers))


def answers_of():
    """Return a response to every question; the essay's is marked as the learner's own."""
    given = {}
    for slot, name in enumerate(TYPES, 1):
        given[str(slot)] = OWN if name in {"essay", "short_text"} else SAMPLES[name].wrong
    del given[str(TYPES.index("file_upload") + 1)]
    return given


def bytes_of_the_room(sitting):
    """Yield (what, response) for everything a browser in the room can ask for."""
    client, public_id = sitting.client, sitting.opened.attempt.public_id
    bearer = {"Authorization": f"Attempt {sitting.key_text}"}
    yield (
        "start",
        client.post(
            f"/api/v1/exams/{sitting.exam.public_id}/attempts",
            data=json.dumps({"access_code": sitting.exam.access_code}),
            content_type="application/json",
        ),
    )
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        yield f"room in {language}", client.get(reverse("exams:room", args=[public_id]))
    sitting.epoch = sitting.row.epoch
    sitting.open_key()
    yield "save", sitting.save(answers_of(), seq=1)
    yield "faulty save", sitting.save({str(slot): {"no": ["such"]} for slot in range(1, len(TYPES) + 1)}, seq=2)
    yield "old save", sitting.save({}, seq=1)
    ids = {"public_id": public_id, "attempt_id": public_id, "exam_id": sitting.exam.public_id, "upload_id": public_id}
    for path, name, _names in with_ids(module="exams.views", prefixes=("api/v1/attempts/", "api/v1/exams/")):
        if name in {"exams:submit"} or path.endswith(("/submit", "/forward")):
            continue
        for one in [ids, ids | {"public_id": sitting.exam.public_id}]:
            yield f"GET {path}", client.get(filled(path, one))
            yield f"GET {path} with the key", client.get(filled(path, one), headers=bearer)
            if "save" not in path:
                body = {"name": f"q{TYPES.index('file_upload') + 1}", "file_name": "a.png", "size_bytes": 9, "slot": 1}
                yield f"POST {path}", client.post(filled(path, one), body)
    yield "hand in?", client.get(reverse("exams:submit", args=[public_id]))
    for name in ("index", "records"):
        yield name, client.get(reverse(f"exams:{name}"))


@pytest.fixture
def seated(client, exam, _others):
    """Return the learner who sits the exam, signed in."""

    class Seated(Sitting):
        def open(self):
            self.now = now_utc()
            self.opened = start_attempt(
                user_id=self.user.pk, exam_id=self.exam.public_id, access_code=self.exam.access_code, now=self.now
            )
            self.key_text, self.epoch = self.opened.attempt_key, self.opened.epoch

        def open_key(self):
            self.open()

    sitting = Seated(client, exam=exam)
    client.force_login(sitting.user)
    return sitting


def test_every_type_has_a_sample_whose_key_can_be_marked():
    assert set(TYPES) <= set(SAMPLES)
    for name in TYPES:
        load_question(name, SAMPLES[name].content, marked(SAMPLES[name].key))


def test_nothing_secret_is_in_any_byte_before_the_release(seated):
    assert len(frozen_slots(seated.row.paper)) == len(TYPES)
    Exam.objects.filter(pk=seated.exam.pk).update(release="manual")
    found, seen = {}, 0
    for what, response in bytes_of_the_room(seated):
        seen += 1
        if response.status_code == 200 and what.startswith("room"):
            assert response.content.count(b"data-question ") == len(TYPES)
        if secrets := secrets_in(response):
            found[what] = secrets
    assert seen > 30
    seated.submit()
    public_id = seated.row.public_id
    for what in ("result", "review", "room", "receipt", "submit"):
        if secrets := secrets_in(seated.client.get(reverse(f"exams:{what}", args=[public_id]), follow=True)):
            found[f"{what} after handing in"] = secrets
    for what in ("", "/result"):
        if secrets := secrets_in(seated.client.get(f"/api/v1/attempts/{public_id}{what}")):
            found[f"API {what} after handing in"] = secrets
    assert not found, found


@pytest.mark.parametrize("name", TYPES)
def test_the_room_is_the_same_whatever_the_key_says(client, name):
    """The strongest form: two questions that differ in the key alone are sent as the same bytes."""
    sample, pages, bank = SAMPLES[name], [], None
    content = deepcopy(sample.content)
    if "variants" in content:
        del content["variants"][1:]  # which values are drawn hangs on the seed
    for key, explanation in ((sample.key, "one"), (turned(sample.key), "two")):
        version = make_question(type=name, bank=bank, content=content, key=key, explanation=explanation)
        bank = version.question.bank
        sitting = Sitting(client, exam=make_exam(paper_version=make_paper_version(versions=[version]), title="Same"))
        client.force_login(sitting.user)
        start = f"/api/v1/exams/{sitting.exam.public_id}/attempts"
        slots = client.post(start, data="{}", content_type="application/json").json()["slots"]
        page = client.get(reverse("exams:room", args=[sitting.row.public_id])).content.decode()
        questions = page[page.index('<fieldset class="room-questions"') : page.index('<aside class="exam__aside"')]
        pages.append((slots, questions))
    assert pages[0] == pages[1]


def test_a_forward_only_room_sends_one_question_at_a_time(client):
    options = SAMPLES["single_choice"].content["options"]
    versions = [make_question(content={"stem": f"STEM-{n}", "options": options}) for n in (1, 2, 3)]
    exam = make_exam(paper_version=make_paper_version(versions=versions), forward_only=True)
    sitting = Sitting(client, exam=exam)
    client.force_login(sitting.user)
    start = f"/api/v1/exams/{exam.public_id}/attempts"
    sent = [client.post(start, data="{}", content_type="application/json")]
    sent.append(client.get(reverse("exams:room", args=[sitting.row.public_id])))
    sent.append(client.get(sitting.url))
    for response in sent:
        assert not re.findall("STEM-[23]", response.content.decode())
    sitting.open()
    answer = client.post(
        f"{sitting.url}/forward",
        data='{"position": 1}',
        content_type="application/json",
        headers={"Authorization": f"Attempt {sitting.key_text}"},
    )
    assert answer.status_code == 200, answer.content
    assert re.findall("STEM-[123]", answer.content.decode()) == ["STEM-2"]


PARTS = ("marks", "answers", "keys", "explanations")
POLICIES = [dict(zip(PARTS, row, strict=True)) for row in itertools.product((False, True), repeat=4)]


def test_a_review_shows_what_its_policy_allows_and_nothing_else(client, exam):
    now, user = now_utc(), make_user()
    answers = {int(slot): value for slot, value in answers_of().items()}
    sit_exam(user_id=user.pk, exam_id=exam.public_id, answers=answers, started_at=now, submitted_at=now)
    attempt = Attempt.objects.get(user=user)
    Attempt.objects.filter(pk=attempt.pk).update(state="graded", released_at=now, graded_at=now, score=1, passed=False)
    client.force_login(user)
    addresses = [reverse(f"exams:{name}", args=[attempt.public_id]) for name in ("review", "result")]
    addresses += [f"/api/v1/attempts/{attempt.public_id}{end}" for end in ("", "/result")]
    for policy in POLICIES:
        Exam.objects.filter(pk=exam.pk).update(review_policy=policy)
        review, *rest = [client.get(address).content.decode() for address in addresses]
        whole = "".join([review, *rest])
        assert not re.findall(f"{OTHER}|leak-other", whole), policy
        assert (KEY in whole) == policy["keys"], policy
        assert (EXPLANATION in whole) == policy["explanations"], policy
        assert (OWN in review) == policy["answers"], policy
        assert ("data-wrong" in review) == policy["marks"], policy
