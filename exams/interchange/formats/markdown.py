"""The everyday part of Markdown as HTML: paragraphs, emphasis, code, lists, headings, pictures and links. Pure."""

import html
import re

_BLANK = re.compile(r"\n[ \t]*\n+")
_BULLET = re.compile(r"[ ]{0,3}[*+-][ \t]+(.*)")
_NUMBER = re.compile(r"[ ]{0,3}\d{1,9}[.)][ \t]+(.*)")
_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*")
_CODE = re.compile(r"(`{1,3})([^`\n]{1,2000}?)\1")
_PICTURE = re.compile(r"!\[([^\]\n]{0,500})\]\(([^()\s]{1,2000})[^()\n]{0,200}\)")
_LINK = re.compile(r"\[([^\]\n]{0,500})\]\(([^()\s]{1,2000})[^()\n]{0,200}\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,1000}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])")
_SLOT = re.compile("\ue010(\\d+)\ue011")
_SPECIAL = re.compile(r"[*_`\[#!~]|^[ ]{0,3}(?:[+-]|\d{1,9}[.)])[ \t]|[ ]{2}\n|\n[ \t]*\n", re.MULTILINE)


def _inline(text: str) -> str:
    kept: list[str] = []

    def keep(markup: str) -> str:
        kept.append(markup)
        return f"\ue010{len(kept) - 1}\ue011"

    text = _CODE.sub(lambda found: keep(f"<code>{html.escape(found[2].strip(), quote=False)}</code>"), text)
    text = _PICTURE.sub(lambda found: keep(f'<img src="{html.escape(found[2])}" alt="{html.escape(found[1])}">'), text)
    text = _LINK.sub(lambda found: f'{keep(f"""<a href="{html.escape(found[2])}">""")}{found[1]}{keep("</a>")}', text)
    text = _EMPHASIS.sub(r"<em>\2</em>", _STRONG.sub(r"<strong>\2</strong>", text))
    text = re.sub(r"(?: {2,}|\\)\n", "<br>", text)
    return _SLOT.sub(lambda found: kept[int(found[1])] if int(found[1]) < len(kept) else "", text)


def _block(block: str) -> str:
    lines = block.split("\n")
    if heading := _HEADING.fullmatch(lines[0]):
        rest = f"\n{_block(chr(10).join(lines[1:]))}" if lines[1:] else ""
        return f"<p><strong>{_inline(heading[1])}</strong></p>{rest}"
    for pattern, tag in ((_BULLET, "ul"), (_NUMBER, "ol")):
        if pattern.fullmatch(lines[0]):
            items: list[str] = []
            for line in lines:
                if found := pattern.fullmatch(line):
                    items.append(found[1])
                else:
                    items[-1] += f" {line.strip()}"
            return f"<{tag}>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</{tag}>"
    if all(line.startswith(("    ", "\t")) for line in lines):
        code = "\n".join(line.removeprefix("\t") if line.startswith("\t") else line[4:] for line in lines)
        return f"<pre>{html.escape(code, quote=False)}</pre>"
    return f"<p>{_inline(block)}</p>"


def markdown_to_html(text: str, /) -> str:
    """Return the text as HTML; a text without any Markdown stays as it is."""
    text = text.strip("\n").translate({0xE010: None, 0xE011: None})
    if not _SPECIAL.search(text):
        return text
    blocks = [block.strip("\n") for block in _BLANK.split(text)]
    if len(blocks) == 1:
        only = _block(blocks[0])
        return only[3:-4] if only.startswith("<p>") and only.count("<p>") == 1 and only.endswith("</p>") else only
    return "\n".join(_block(block) for block in blocks if block.strip())
