"""Drawing a laid-out certificate: as a PDF file through edu.documents, and as SVG for the screen."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from certificates.domain.elements import HEIGHT, WIDTH, Circle, Code, Element, Lines, Rectangle, TextBox
from edu.documents.fonts import drawable, measure
from edu.documents.pdf import BASELINE, PdfFile, fit
from edu.documents.qr import qr_path

POINT_MM = 25.4 / 72
SVG_FONTS = "'Noto Serif SC','Source Han Serif SC','Songti SC',STSong,SimSun,Palatino,Georgia,serif"


@dataclass(frozen=True, slots=True)
class _SetLine:
    """One line of a text box: where its baseline begins and how large and wide it is (mm; size in points)."""

    text: str
    x: float
    baseline: float
    size: float
    width: float


def set_box(box: TextBox) -> list[_SetLine]:
    """Return the lines of a box, fitted in its width and height."""
    size = box.size
    count = len(box.text)
    opened = box.tracking * POINT_MM * max(0, count - 1)
    while True:
        fitted = fit(
            box.text,
            width=box.width - opened,
            size=size,
            min_size=min(box.min_size, size),
            max_lines=box.max_lines,
            single_line_size=min(box.single_line_size, size) if box.single_line_size else None,
            bold=box.bold,
            balanced=True,
        )
        height = len(fitted.lines) * fitted.size * box.leading * POINT_MM
        if height <= box.height or size <= box.min_size:
            break
        size = max(box.min_size, min(size, fitted.size) - 0.5)
    tracking = box.tracking if len(fitted.lines) == 1 else 0.0
    step = fitted.size * box.leading * POINT_MM
    above = 0.0 if box.at_top else max(0.0, (box.height - height) / 2)
    top = box.y + above + (step - fitted.size * POINT_MM) / 2
    lines = []
    for index, text in enumerate(fitted.lines):
        shown = drawable(text, bold=box.bold)
        width = (measure(shown, size=fitted.size, bold=box.bold) + tracking * max(0, len(shown) - 1)) * POINT_MM
        x = box.x + {"left": 0.0, "center": (box.width - width) / 2, "right": box.width - width}[box.align]
        baseline = top + index * step + fitted.size * BASELINE * POINT_MM
        lines.append(_SetLine(shown, x, baseline, fitted.size, width))
    return lines


def draw_pdf(
    elements: list[Element], *, title: str, author: str, subject: str, language: str, keywords: str, url: str
) -> bytes:
    """Return the certificate as a one-page PDF file whose code and serial link to `url`."""
    file = PdfFile(
        title=title, author=author, subject=subject, language=language, keywords=keywords, size_mm=(WIDTH, HEIGHT)
    )
    for element in elements:
        match element:
            case Rectangle():
                file.rect(
                    x=element.x,
                    y=element.y,
                    width=element.width,
                    height=element.height,
                    fill=element.fill,
                    stroke=element.stroke,
                    line=element.line,
                    radius=element.radius,
                )
            case Circle():
                file.circle(
                    x=element.x,
                    y=element.y,
                    radius=element.radius,
                    fill=element.fill,
                    stroke=element.stroke,
                    line=element.line,
                )
            case Lines():
                file.path(
                    points=element.points,
                    stroke=element.stroke,
                    fill=element.fill,
                    line=element.line,
                    closed=element.closed,
                )
            case Code():
                file.qr_code(x=element.x, y=element.y, size=element.size, text=element.text, colour=element.colour)
                file.link(url=url, x=element.x, y=element.y, width=element.size, height=element.size)
            case TextBox():
                for line in set_box(element):
                    file.draw_line(
                        line.text,
                        x=line.x,
                        baseline=line.baseline,
                        size=line.size,
                        bold=element.bold,
                        colour=element.colour,
                        stretch_to=line.width if element.tracking else None,
                    )
    return file.finish()


def draw_svg(elements: list[Element], *, label: str) -> str:
    """Return the certificate as SVG; every line is held to the width it has in the PDF, whatever the font."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img"'
        f' aria-label="{_attribute(label)}" font-family="{SVG_FONTS}">'
    ]
    parts += [_svg_element(element) for element in elements]
    return "".join([*parts, "</svg>"])


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _paint(fill: str | None, stroke: str | None, line: float) -> str:
    outline = f' stroke="{stroke}" stroke-width="{line:g}"' if stroke else ""
    return f'fill="{fill or "none"}"{outline}'


def _svg_element(element: Element) -> str:
    match element:
        case Rectangle():
            return (
                f'<rect x="{element.x:g}" y="{element.y:g}" width="{element.width:g}" height="{element.height:g}"'
                f' rx="{element.radius:g}" {_paint(element.fill, element.stroke, element.line)}/>'
            )
        case Circle():
            return (
                f'<circle cx="{element.x:g}" cy="{element.y:g}" r="{element.radius:g}"'
                f" {_paint(element.fill, element.stroke, element.line)}/>"
            )
        case Lines():
            tag = "polygon" if element.closed else "polyline"
            points = " ".join(f"{x:.2f},{y:.2f}" for x, y in element.points)
            return f'<{tag} points="{points}" {_paint(element.fill, element.stroke, element.line)}/>'
        case Code():
            side, path = qr_path(element.text)
            return (
                f'<path transform="translate({element.x:g} {element.y:g}) scale({element.size / side:.5f})"'
                f' d="{path}" fill="{element.colour}" shape-rendering="crispEdges"/>'
            )
        case TextBox():
            return "".join(_svg_line(line, element) for line in set_box(element))


def _svg_line(line: _SetLine, box: TextBox) -> str:
    weight = ' font-weight="700"' if box.bold else ""
    held = f' textLength="{line.width:.2f}"' if len(line.text) > 1 else ""
    return (
        f'<text x="{line.x:.2f}" y="{line.baseline:.2f}" font-size="{line.size * POINT_MM:.3f}"{held}'
        f' fill="{box.colour}"{weight}>{escape(line.text)}</text>'
    )
