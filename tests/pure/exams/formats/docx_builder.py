"""Writes small Word files by hand, in the ways Word, WPS and LibreOffice differ."""

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:r="{R}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cf00000003010100c9fe92ef0000000049454e44ae426082"
)


def run(text: str, props: str = "") -> str:
    """Return a run of text with raw run properties; tabs and line ends become elements."""
    body = "".join(
        "<w:tab/>" if part == "\t" else "<w:br/>" if part == "\n" else f'<w:t xml:space="preserve">{escape(part)}</w:t>'
        for part in _parts(text)
    )
    return f"<w:r>{f'<w:rPr>{props}</w:rPr>' if props else ''}{body}</w:r>"


def _parts(text: str) -> list[str]:
    parts = [""]
    for sign in text:
        if sign in "\t\n":
            parts += [sign, ""]
        else:
            parts[-1] += sign
    return [part for part in parts if part]


def p(*content: str, style: str = "", num: tuple[int, int] | None = None) -> str:
    """Return a paragraph of runs (plain text becomes a run), with a style or a place in a list (id, level)."""
    props = f'<w:pStyle w:val="{style}"/>' if style else ""
    if num is not None:
        props += f'<w:numPr><w:ilvl w:val="{num[1]}"/><w:numId w:val="{num[0]}"/></w:numPr>'
    runs = "".join(one if one.startswith("<") else run(one) for one in content)
    return f"<w:p>{f'<w:pPr>{props}</w:pPr>' if props else ''}{runs}</w:p>"


def paragraphs(text: str) -> str:
    """Return a paragraph for each line."""
    return "".join(p(line) for line in text.strip().split("\n"))


def table(*rows: list[str]) -> str:
    """Return a table; a cell that begins with < is raw blocks."""
    written = ["".join(_cell(cell) for cell in row) for row in rows]
    return f"<w:tbl><w:tblPr/>{''.join(f'<w:tr>{row}</w:tr>' for row in written)}</w:tbl>"


def _cell(cell: str) -> str:
    return f"<w:tc><w:tcPr/>{cell if cell.startswith('<') else p(cell)}</w:tc>"


def numbering(*lists: list[tuple[str, str]]) -> str:
    """Return a numbering part: list n has the levels (format, text)."""
    abstracts = "".join(
        f'<w:abstractNum w:abstractNumId="{number}">'
        + "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for level, (kind, text) in enumerate(levels)
        )
        + "</w:abstractNum>"
        for number, levels in enumerate(lists, start=1)
    )
    nums = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in range(1, len(lists) + 1)
    )
    return f'<w:numbering xmlns:w="{W}">{abstracts}{nums}</w:numbering>'


def picture(id_: str = "rId9", alt: str = "图") -> str:
    """Return a run with a DrawingML picture."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="{alt}"/><a:graphic><a:graphicData><pic:pic>'
        f'<pic:blipFill><a:blip r:embed="{id_}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )


def docx(
    body: str,
    *,
    parts: Mapping[str, str | bytes] | None = None,
    relations: Mapping[str, tuple[str, str]] | None = None,
    namespace: str = W,
    folder: str = "word",
) -> bytes:
    """Return a Word file of a body and further parts; `relations` are id -> (kind, target)."""
    known = {"rId1": ("numbering", "numbering.xml"), "rId2": ("styles", "styles.xml"), **(relations or {})}
    rels = "".join(
        f'<Relationship Id="{id_}" Type="{R}/{kind}" Target="{target}"{_mode(target)}/>'
        for id_, (kind, target) in known.items()
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{R}/officeDocument" '
            f'Target="{folder}/document.xml"/></Relationships>',
        )
        archive.writestr(
            f"{folder}/_rels/document.xml.rels", f'<Relationships xmlns="{package}">{rels}</Relationships>'
        )
        archive.writestr(
            f"{folder}/document.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{namespace}" {NAMESPACES}><w:body>{body}'
            "<w:sectPr/></w:body></w:document>",
        )
        for name, data in (parts or {}).items():
            archive.writestr(f"{folder}/{name}", data)
    return stream.getvalue()


def _mode(target: str) -> str:
    return ' TargetMode="External"' if target.startswith("http") else ""
