"""Turning written HTML into the blocks of a lesson or course page, so that editors can go on with it.

Used where text comes from a file or another system; what no block can hold (scripts, styles, forms) is left out.
"""

from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag

ALLOWED = {"p", "ul", "ol", "li", "strong", "b", "em", "i", "sub", "sup", "code", "a", "br", "hr"}
DROPPED = {"script", "style", "iframe", "object", "embed", "form", "input", "button", "template", "svg", "math"}
SCHEMES = ("http://", "https://", "mailto:", "/", "#")


def blocks_from_html(html: str) -> list[dict[str, Any]]:
    """Return StreamField data of courses.models.blocks.BodyBlock for `html`, in its order."""
    soup = BeautifulSoup(html, "html.parser")
    result: list[dict[str, Any]] = []
    running: list[str] = []

    def close_text() -> None:
        text = "".join(running).strip()
        running.clear()
        if text:
            result.append({"type": "text", "value": text})

    for node in list(soup.children):
        if isinstance(node, NavigableString):
            if str(node).strip():
                running.append(f"<p>{_escaped(str(node).strip())}</p>")
            continue
        block = _block_of(node) if isinstance(node, Tag) else None
        if block is not None:
            close_text()
            result.append(block)
        elif isinstance(node, Tag) and node.name not in DROPPED:
            running.append(rich_text(str(node)))
    close_text()
    return result


def _block_of(node: Tag) -> dict[str, Any] | None:
    """Return the block that a top-level element becomes; None when it is running text."""
    if node.name in {"h1", "h2", "h3", "h4"}:
        level = "2" if node.name in {"h1", "h2"} else "3"
        return {"type": "heading", "value": {"text": node.get_text(" ", strip=True)[:200], "level": level}}
    if node.name == "table":
        return {"type": "table", "value": _table(node)}
    if node.name == "pre":
        return {"type": "code", "value": {"language": "text", "text": node.get_text().strip("\n")}}
    if node.name == "blockquote":
        return {"type": "quote", "value": {"text": node.get_text(" ", strip=True), "source": ""}}
    return None


def _table(node: Tag) -> dict[str, Any]:
    """Return a table block: cells are plain text, all rows equally long."""
    rows = [[cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in node.find_all("tr")]
    width = max((len(row) for row in rows), default=0)
    has_head = node.find("thead") is not None or (bool(rows) and not _cells(node, "td"))
    return {
        "data": [row + [""] * (width - len(row)) for row in rows],
        "table_caption": node.caption.get_text(" ", strip=True) if node.caption else "",
        "first_row_is_table_header": has_head,
        "first_col_is_header": False,
        "table_header_choice": "row" if has_head else "neither",
        "cell": [],
        "mergeCells": [],
    }


def _cells(table: Tag, name: str) -> list[Tag]:
    """Return the cells of one kind in the table's first row."""
    first = table.find("tr")
    return list(first.find_all(name)) if isinstance(first, Tag) else []


def rich_text(html: str) -> str:
    """Return `html` with nothing but what the rich text editor keeps; other elements give way to their content."""
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all(DROPPED):
        tag.decompose()
    for tag in soup.find_all(True):
        if tag.name not in ALLOWED:
            tag.unwrap()
            continue
        href = str(tag.get("href", "")).strip()
        tag.attrs = {"href": href} if tag.name == "a" and href.lower().startswith(SCHEMES) else {}
    for tag in soup.find_all("strong"):
        tag.name = "b"
    for tag in soup.find_all("em"):
        tag.name = "i"
    return str(soup)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def course_blocks(
    *, description: str, outcomes: list[str], audience: str, faq: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return StreamField data of CourseBodyBlock; parts that are empty are left out."""
    blocks: list[dict[str, Any]] = []
    if description.strip():
        blocks.append({"type": "text", "value": rich_text(description)})
    if outcomes:
        blocks.append({"type": "outcomes", "value": outcomes})
    if audience.strip():
        text = audience if audience.lstrip().startswith("<") else f"<p>{_escaped(audience.strip())}</p>"
        blocks.append({"type": "audience", "value": rich_text(text)})
    if faq:
        blocks.append(
            {
                "type": "faq",
                "value": [{"question": question, "answer": _paragraph(answer)} for question, answer in faq],
            }
        )
    return blocks


def _paragraph(text: str) -> str:
    return rich_text(text) if text.lstrip().startswith("<") else f"<p>{_escaped(text.strip())}</p>"
