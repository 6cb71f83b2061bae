"""Files handed in as answers: taken piece by piece, named in responses, opened by nobody but the learner and those who
mark."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from exams.models import AnswerFile, PracticeAnswer, QuestionVersion
from exams.services import finish_session, start_paper_practice
from tests.factories.exams import make_exam, make_paper_version, make_question, make_user
from tests.pure.exams.samples import SAMPLES as PURE

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


def upload_question():
    return make_question(type="file_upload", content=PURE["file_upload"].content, key=PURE["file_upload"].key)


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def owner():
    return make_user(is_instructor=True)


@pytest.fixture
def sitting(sit, client, owner):
    one = sit(
        exam=make_exam(paper_version=make_paper_version(versions=[upload_question(), make_question()]), owner=owner)
    )
    client.force_login(one.user)
    return one


def files_url(sitting):
    return f"/exams/attempts/{sitting.opened.attempt.public_id}/files/"


def begin(client, url, *, name="q1", file_name="report.png", size=108):
    return client.post(url, {"name": name, "file_name": file_name, "size_bytes": size})


def hand_in(client, url, *, data=PNG, **fields):
    """Send a file as the script does; return its entry of the response."""
    begun = begin(client, url, size=len(data), **fields).json()
    put = client.put(begun["url"], data=data, content_type="application/octet-stream", headers={"Upload-Offset": "0"})
    assert put.json()["state"] == "complete"
    kept = client.post(begun["keep_url"])
    assert kept.status_code == 200, kept.content
    assert client.post(begun["keep_url"]).json() == kept.json()
    return {"id": kept.json()["id"], "name": kept.json()["name"]}


def test_a_file_is_handed_in_saved_graded_by_a_person_and_opened_by_those_who_may(client, sitting, owner):
    entry = hand_in(client, files_url(sitting))
    assert sitting.save({1: [entry]}, seq=1).json()["applied"]
    assert entry["id"] in client.get(f"/exams/attempts/{sitting.opened.attempt.public_id}/").content.decode()
    sitting.submit()
    assert sitting.row.state == "needs_marking"
    url = f"/exams/files/{entry['id']}/"
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == PNG
    assert "sandbox" in answer["Content-Security-Policy"]
    for person, status in ((owner, 200), (make_user(), 404), (make_user(is_instructor=True), 404)):
        client.force_login(person)
        opened = client.get(url)
        if status == 200:
            assert b"".join(opened.streaming_content) == PNG
        assert opened.status_code == status
    client.logout()
    assert client.get(url).status_code == 302


def test_the_marker_sees_the_files(client, sitting, owner):
    entry = hand_in(client, files_url(sitting))
    sitting.save({1: [entry]}, seq=1)
    sitting.submit()
    client.force_login(owner)
    version = QuestionVersion.objects.select_related("question").get(type="file_upload")
    html = client.get(f"/teach/marking/{sitting.exam.public_id}/{version.question.public_id}/").content.decode()
    assert f"/exams/files/{entry['id']}/" in html


def test_a_response_cannot_name_what_was_not_handed_in_here(client, sitting, sit):
    theirs = hand_in(client, files_url(sitting))
    other = sit(exam=sitting.exam)
    for entry in (theirs, {"id": str(uuid.uuid4()), "name": "a.png"}, {"id": "x", "name": "a.png"}):
        refused = other.save({1: [entry]}, seq=1)
        assert refused.status_code == 422
    assert other.row.responses == {}
    # Another question of the same attempt names it no better than another learner does in a passage.
    assert sitting.save({1: {"q1": [{"id": str(uuid.uuid4()), "name": "a.png"}]}}, seq=1).status_code == 422


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": "q2"}, 404),
        ({"name": "q9"}, 404),
        ({"name": "q1.q1"}, 404),
        ({"file_name": "a.exe"}, 422),
        ({"file_name": "a.zip"}, 422),
        ({"size": 21 * 1024 * 1024}, 422),
        ({"size": 0}, 422),
        ({"size": "x"}, 422),
    ],
)
def test_what_the_question_does_not_take_is_refused(client, sitting, fields, status):
    assert begin(client, files_url(sitting), **fields).status_code == status
    assert not AnswerFile.objects.exists()


def test_bytes_that_are_not_what_the_name_says_are_refused(client, sitting):
    begun = begin(client, files_url(sitting), file_name="report.pdf").json()
    client.put(begun["url"], data=PNG, content_type="application/octet-stream", headers={"Upload-Offset": "0"})
    assert client.post(begun["keep_url"]).status_code == 422
    assert not AnswerFile.objects.exists()


def test_nothing_is_taken_for_others_or_after_the_end(client, sitting):
    begun = begin(client, files_url(sitting)).json()
    client.put(begun["url"], data=PNG, content_type="application/octet-stream", headers={"Upload-Offset": "0"})
    learner = sitting.user
    client.force_login(make_user())
    assert begin(client, files_url(sitting)).status_code == 404
    assert client.post(begun["keep_url"]).status_code == 404
    client.force_login(learner)
    sitting.submit()
    assert client.post(begun["keep_url"]).status_code == 404
    assert begin(client, files_url(sitting)).status_code == 404
    assert not AnswerFile.objects.exists()


def test_removed_files_do_not_open_the_door_to_endless_ones(client, sitting):
    for _number in range(10):
        hand_in(client, files_url(sitting))
    assert begin(client, files_url(sitting)).json()["code"] == "too_many_files"


def test_without_scripts_the_form_carries_files_and_takes_them_away(client, sitting):
    room = f"/exams/attempts/{sitting.opened.attempt.public_id}/"
    client.post(
        f"{room}save/",
        {
            "attempt_key": sitting.key_text,
            "q1.files": SimpleUploadedFile("plot.png", PNG, content_type="image/png"),
        },
    )
    row = AnswerFile.objects.get()
    assert str(row.public_id) in sitting.row.responses["1"]
    client.post(
        f"{room}save/",
        {
            "attempt_key": sitting.key_text,
            "q1": f"{row.public_id} plot.png",
            "q1.remove": str(row.public_id),
            "q1.files": SimpleUploadedFile("virus.exe", b"MZ"),
        },
    )
    assert sitting.row.responses["1"] == ""
    assert AnswerFile.objects.count() == 1


def test_practice_takes_files_too(client):
    learner = make_user()
    version = upload_question()
    paper = make_paper_version(versions=[version]).paper
    paper.is_practice = True
    paper.save()
    session = start_paper_practice(user=learner, paper=paper, feedback="at_once")
    client.force_login(learner)
    entry = hand_in(client, f"/practice/sessions/{session.public_id}/files/")
    url = f"/practice/sessions/{session.public_id}/answer/"
    client.post(url, {"n": "1", "q1": f"{uuid.uuid4()} a.png"})
    assert not PracticeAnswer.objects.exists()
    client.post(url, {"n": "1", "q1": f"{entry['id']} {entry['name']}"})
    assert PracticeAnswer.objects.get().state == "pending"
    page = client.get(f"/practice/sessions/{session.public_id}/?n=1").content.decode()
    assert f"/exams/files/{entry['id']}/" in page
    finish_session(session=session)
    assert begin(client, f"/practice/sessions/{session.public_id}/files/").status_code == 404
    client.force_login(make_user(is_instructor=True))
    assert client.get(f"/exams/files/{entry['id']}/").status_code == 404
