"""What is drawn on the pages of a PDF file, heard from the file itself while it is made."""

from dataclasses import dataclass, field
from typing import Any

from edu.documents.pdf import PdfFile


@dataclass
class Drawn:
    """Things of one kind with their page, from 1, in the order of drawing."""

    texts: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    rects: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    paths: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    formulas: list[tuple[int, Any, dict[str, Any]]] = field(default_factory=list)
    pictures: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    pages: int = 1

    def words(self, page: int | None = None) -> str:
        """Return the letters of a page, or of all, without spaces."""
        return "".join(text for at, text, _fields in self.texts if page in (None, at)).replace(" ", "")


def hear(monkeypatch) -> Drawn:
    """Return what will be drawn from now on, the numbers of pages left out."""
    drawn = Drawn()
    originals = {name: getattr(PdfFile, name) for name in ("draw_line", "rect", "path", "draw_formula", "draw_picture")}
    next_page, finish = PdfFile.next_page, PdfFile.finish

    def draw_line(self, text, **fields):
        drawn.texts.append((drawn.pages, text, fields))
        return originals["draw_line"](self, text, **fields)

    def rect(self, **fields):
        drawn.rects.append((drawn.pages, fields))
        return originals["rect"](self, **fields)

    def path(self, **fields):
        drawn.paths.append((drawn.pages, fields))
        return originals["path"](self, **fields)

    def draw_formula(self, formula, **fields):
        drawn.formulas.append((drawn.pages, formula, fields))
        return originals["draw_formula"](self, formula, **fields)

    def draw_picture(self, picture, **fields):
        drawn.pictures.append((drawn.pages, fields))
        return originals["draw_picture"](self, picture, **fields)

    def turn(self):
        drawn.pages += 1
        return next_page(self)

    def end(self):
        kept = list(drawn.texts)
        data = finish(self)
        drawn.texts[:] = kept
        return data

    for name, heard in (
        ("draw_line", draw_line),
        ("rect", rect),
        ("path", path),
        ("draw_formula", draw_formula),
        ("draw_picture", draw_picture),
        ("next_page", turn),
        ("finish", end),
    ):
        monkeypatch.setattr(PdfFile, name, heard)
    return drawn
