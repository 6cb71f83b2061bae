"""Sounds with a limit: the server counts plays, a repeated request counts once, nobody plays in another's attempt."""

import uuid

import pytest

from exams.delivery.sound_plays import counted_plays, play_limits
from exams.models import SoundPlay
from tests.factories.exams import make_exam, make_paper_version, make_question, make_user

pytestmark = pytest.mark.django_db
ASSET = "0190c2f4-0000-7000-8000-00000000000a"


@pytest.fixture
def sitting(sit, client):
    content = {
        "stem": f'<p>Listen.</p><audio src="asset:{ASSET}" data-plays="2"></audio>',
        "options": [{"id": "a", "text": "1"}, {"id": "b", "text": "2"}],
    }
    version = make_question(type="single_choice", content=content)
    one = sit(exam=make_exam(paper_version=make_paper_version(versions=[version])))
    client.force_login(one.user)
    return one


def play(client, sitting, *, asset=ASSET, id_=None):
    url = f"/exams/attempts/{sitting.opened.attempt.public_id}/plays/"
    return client.post(url, {"asset": asset, "play": str(id_ or uuid.uuid4())})


def test_plays_are_counted_to_the_limit_and_a_repeated_request_counts_once(client, sitting):
    first = uuid.uuid4()
    assert play(client, sitting, id_=first).json() == {"allowed": True, "left": 1}
    assert play(client, sitting, id_=first).json() == {"allowed": True, "left": 1}
    assert play(client, sitting).json() == {"allowed": True, "left": 0}
    assert play(client, sitting).json() == {"allowed": False, "left": 0}
    assert play(client, sitting, id_=first).json()["allowed"]
    assert counted_plays(sitting.row) == {ASSET: 2}
    page = client.get(f"/exams/attempts/{sitting.opened.attempt.public_id}/").content.decode()
    assert f'data-plays="{{&quot;{ASSET}&quot;: 2}}"' in page


def test_other_sounds_other_people_and_ended_attempts_are_refused(client, sitting):
    assert play(client, sitting, asset=uuid.uuid4()).status_code == 404
    assert play(client, sitting, asset="x").status_code == 422
    client.force_login(make_user())
    assert play(client, sitting).status_code == 404
    client.force_login(sitting.user)
    sitting.submit()
    assert play(client, sitting).status_code == 409
    assert not SoundPlay.objects.exists()


def test_limits_are_found_wherever_a_sound_stands():
    tag = f'<audio data-plays="3" src="asset:{ASSET}"></audio>'
    assert play_limits({"questions": [{"content": {"options": [{"text": tag}]}}]}) == {ASSET: 3}
    assert play_limits({"stem": f'<audio src="asset:{ASSET}"></audio>'}) == {}
