"""Pictures and sounds inside texts: what is taken, what is refused, and how a text names them."""

import io
import uuid
import zlib

import pytest
from PIL import Image

from exams.authoring.rich_text import clean_rich_text
from exams.richtext import safe_html
from media.illustrations import UnusableIllustration, inspect
from media.models import Asset
from media.queries import read_illustration
from media.services import keep_illustration

pytestmark = pytest.mark.django_db


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def drawing(inside: str = "<circle r='4'/>", extra: str = "") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" {extra}>{inside}</svg>'.encode()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_known_by_its_bytes(kind):
    facts = inspect(picture(kind))
    assert (facts.kind, facts.width, facts.height) == ("picture", 40, 30)


def test_a_harmless_drawing_is_taken():
    facts = inspect(b'<?xml version="1.0"?>\n<!-- made by hand -->\n' + drawing())
    assert (facts.content_type, facts.width, facts.height) == ("image/svg+xml", 40, 30)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ" + b"\x00" * 200,
        b"<html><script>alert(1)</script></html>",
        picture()[:60],
        drawing("<script>alert(1)</script>"),
        drawing(extra='onload="alert(1)"'),
        drawing('<image href="http://127.0.0.1/x.png"/>'),
        drawing('<a href="javascript:alert(1)"><text>x</text></a>'),
        drawing("<foreignObject><p>x</p></foreignObject>"),
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + drawing("<text>&a;</text>"),
        b"<svg",
        drawing("<g>" * 5_000 + "</g>" * 5_000)[:-8],
    ],
)
def test_what_lies_about_its_kind_is_refused(data):
    with pytest.raises(UnusableIllustration):
        keep_illustration(data=data, file_name="x.png", owner_id=None)
    assert not Asset.objects.exists()


def test_a_picture_that_unfolds_into_gigabytes_is_refused():
    header = (50_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    chunk = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + len(header).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    with pytest.raises(UnusableIllustration):
        inspect(data + b"\x00\x00\x00\x00IEND\xaeB`\x82")


def test_the_same_bytes_of_the_same_owner_are_stored_once():
    first = keep_illustration(data=picture(), file_name="a.png", owner_id=None)
    assert keep_illustration(data=picture(), file_name="b.png", owner_id=None) == first
    assert read_illustration(first) == ("a.png", picture())


def test_a_text_names_a_picture_by_its_id_and_shows_it_by_its_address(client):
    public_id = keep_illustration(data=picture(), file_name="a.png", owner_id=None)
    stored = clean_rich_text(f'<p>看图<img src="asset:{public_id}" alt="图" onerror="x"></p>')
    assert stored == f'<p>看图<img src="asset:{public_id}" alt="图"></p>'
    shown = safe_html(stored)
    assert f'src="/files/illustrations/{public_id}/"' in shown
    answer = client.get(f"/files/illustrations/{public_id}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "private" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content) == picture()
    assert client.get(f"/files/illustrations/{uuid.uuid4()}/").status_code == 404


def test_a_sound_keeps_its_play_limit_and_nothing_else():
    public_id = uuid.uuid4()
    stored = clean_rich_text(f'<audio src="asset:{public_id}" data-plays="2" autoplay onplay="x"></audio>')
    assert stored == f'<audio src="asset:{public_id}" data-plays="2"></audio>'
    shown = safe_html(stored)
    assert 'data-plays="2"' in shown
    assert "controls" in shown
    assert "src" not in clean_rich_text('<p><audio src="https://elsewhere.example/a.mp3"></audio></p>')
    assert "data-plays" not in clean_rich_text(f'<audio src="asset:{public_id}" data-plays="1000"></audio>')
    assert "src" not in clean_rich_text('<p><img src="asset:../../etc/passwd" alt="x"></p>')
