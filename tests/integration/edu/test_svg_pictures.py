"""SVG pictures on the pages of a printed sheet: drawn without reading anything else, in bounded time and memory."""

import base64
import io
import time

import pytest
from PIL import Image

from edu.documents.pictures import Picture, open_picture
from edu.documents.sheets import Block, render_sheet
from edu.documents.svg_pictures import is_svg, svg_as_bitmap
from tests.integration.edu.drawn_pages import hear

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="300" height="200">'
DRAWING = f'{HEAD}<rect width="150" height="200" fill="#ff0000"/><text x="160" y="90" font-size="40">表 A</text></svg>'


def test_a_drawing_is_drawn_with_its_text_at_its_own_size(monkeypatch):
    drawn = hear(monkeypatch)
    for text in (DRAWING, f'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">{DRAWING}'):
        data = text.encode()
        assert is_svg(data)
        opened = open_picture(Picture(data=data))
        assert opened.size == (300, 200)
        assert opened.image.getpixel((10, 10)) == (255, 0, 0)
        right = opened.image.crop((opened.image.width // 2 + 20, 0, opened.image.width, opened.image.height))
        assert right.convert("L").getextrema()[0] < 60
    block = Block(kind="picture", picture=Picture(data=DRAWING.encode(), alt="chart"))
    render_sheet(title="T", blocks=[block], language="en")
    [(_page, box)] = drawn.pictures
    assert box["width"] == pytest.approx(300 / 96 * 25.4)
    assert "chart" not in drawn.words()


def test_drawings_of_another_size_or_of_none():
    body = '<rect width="30" height="10"/></svg>'
    sizes = [
        svg_as_bitmap(f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 30 10">{body}'.encode())[1]
        for size in ("", 'width="60px"', 'width="100%"')
    ]
    assert sizes == [(30, 10), (60, 20), (30, 10)]


def red_file(tmp_path):
    path = tmp_path / "red.png"
    Image.new("RGB", (30, 20), "#ff0000").save(path)
    return path


def test_no_file_is_read(tmp_path):
    image = f'<image href="{red_file(tmp_path)}" width="300" height="200"/></svg>'
    assert svg_as_bitmap((HEAD + image).encode()) is None
    inner = base64.b64encode((HEAD + image).encode()).decode()
    nested = f'{HEAD}<image href="data:image/svg+xml;base64,{inner}" width="300" height="200"/></svg>'
    found = svg_as_bitmap(nested.encode())
    if found is not None:
        with Image.open(io.BytesIO(found[0])) as picture:
            assert picture.convert("RGB").getpixel((50, 50)) == (255, 255, 255)
    entity = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>{HEAD}<text>&x;</text></svg>'
    assert svg_as_bitmap(entity.encode()) is None


def _multiplied():
    groups = "".join(f'<g id="a{n + 1}">' + f'<use xlink:href="#a{n}"/>' * 10 + "</g>" for n in range(9))
    return f'{HEAD}<defs><rect id="a0" width="1" height="1"/>{groups}</defs><use xlink:href="#a9"/></svg>'


@pytest.mark.parametrize(
    "text",
    [
        _multiplied(),
        f'{HEAD}<filter id="f"><feGaussianBlur stdDeviation="9000"/><feTurbulence numOctaves="200" baseFrequency="9"/>'
        '</filter><rect width="300" height="200" filter="url(#f)"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="100000000"><rect width="1" height="9"/></svg>',
        HEAD + "<g>" * 50_000 + "</g>" * 50_000 + "</svg>",
        "<svg ",
        f"{HEAD}<!--{'x' * 3_000_000}--></svg>",
        '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"></svg>',
    ],
    ids=["uses", "filters", "height", "depth", "broken", "large", "empty"],
)
def test_hostile_drawings_are_named_instead_in_bounded_time(monkeypatch, text):
    began = time.monotonic()
    drawn = hear(monkeypatch)
    block = Block(kind="picture", picture=Picture(data=text.encode(), alt="chart"))
    render_sheet(title="T", blocks=[block], language="en")
    assert "[chart]" in drawn.words()
    assert not drawn.pictures
    assert time.monotonic() - began < 60
