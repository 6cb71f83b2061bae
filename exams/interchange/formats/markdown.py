"""The everyday part of Markdown as HTML: paragraphs, emphasis, code, lists, headings, quotations, tables, pictures and
links. Pure."""

import html
import re

_BLANK = re.compile(r"\n[ \t]*\n+")
_BULLET = re.compile(r"[ ]{0,3}[*+-][ \t]+(.*)")
_NUMBER = re.compile(r"[ ]{0,3}\d{1,9}[.)][ \t]+(.*)")
_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*")
_FENCE = re.compile(r"^[ ]{0,3}(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ ]{0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_FENCED = re.compile("\ue012(\\d+)\ue013")
_HEADING_LINE = re.compile(r"^(#{1,6}[ \t][^\n]*)$", re.MULTILINE)
_UNDERLINED = re.compile(r"^([^\n|>#]+)\n[ ]{0,3}(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"[ ]{0,3}([*_-])[ \t]*(?:\1[ \t]*){2,}")
_QUOTED = re.compile(r"[ ]{0,3}>[ ]?(.*)")
_TABLE_RULE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*")
_FORMULA = re.compile(
    r"\\?\\\(((?:[^\\]|\\[^()\\]|\\\\(?![()])){1,2000}?)\\?\\\)"
    r"|\$\$.{1,2000}?\$\$"
    r"|\\?\\\[((?:[^\\]|\\[^\[\]\\]|\\\\(?![\[\]])){1,2000}?)\\?\\\]",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([\\`*_{}#+.!-])")
_CODE = re.compile(r"(`{1,3})([^`\n]{1,2000}?)\1")
_PICTURE = re.compile(r"!\[([^\]\n]{0,500})\]\(([^()\s]{1,2000})[^()\n]{0,200}\)")
_LINK = re.compile(r"\[([^\]\n]{0,500})\]\(([^()\s]{1,2000})[^()\n]{0,200}\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,1000}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])")
_SLOT = re.compile("\ue010(\\d+)\ue011")
_SPECIAL = re.compile(
    r"[*_`\[#!~\\|]|^[ ]{0,3}>|^-{3}|^={3}|^[ ]{0,3}(?:[+-]|\d{1,9}[.)])[ \t]|[ ]{2}\n|\n[ \t]*\n", re.MULTILINE
)


def _inline(text: str) -> str:
    kept: list[str] = []

    def keep(markup: str) -> str:
        kept.append(markup)
        return f"\ue010{len(kept) - 1}\ue011"

    text = _CODE.sub(lambda found: keep(f"<code>{html.escape(found[2].strip(), quote=False)}</code>"), text)
    text = _FORMULA.sub(lambda found: keep(_formula(found)), text)
    text = _ESCAPED.sub(lambda found: keep(html.escape(found[1], quote=False)), text)
    text = _PICTURE.sub(lambda found: keep(f'<img src="{html.escape(found[2])}" alt="{html.escape(found[1])}">'), text)
    text = _LINK.sub(lambda found: f'{keep(f"""<a href="{html.escape(found[2])}">""")}{found[1]}{keep("</a>")}', text)
    text = _EMPHASIS.sub(r"<em>\2</em>", _STRONG.sub(r"<strong>\2</strong>", text))
    text = re.sub(r"(?: {2,}|\\)\n", "<br>", text)
    return _SLOT.sub(lambda found: kept[int(found[1])] if int(found[1]) < len(kept) else "", text)


def _formula(found: re.Match[str]) -> str:
    inside = found[1] if found[1] is not None else found[2]
    if inside is None:
        return found[0]
    if found[0].startswith("\\\\"):
        inside = inside.replace("\\\\\\\\", "\\\\")
    return rf"\({inside}\)" if found[1] is not None else rf"\[{inside}\]"


def _table(lines: list[str]) -> str:
    def row(line: str, tag: str) -> str:
        cells = line.strip().removeprefix("|").removesuffix("|").split("|")
        return f"<tr>{''.join(f'<{tag}>{_inline(cell.strip())}</{tag}>' for cell in cells)}</tr>"

    body = "".join(row(line, "td") for line in lines[2:])
    return f"<table><thead>{row(lines[0], 'th')}</thead><tbody>{body}</tbody></table>"


def _block(block: str) -> str:
    lines = block.split("\n")
    if _RULE.fullmatch(block):
        return ""
    if len(lines) > 1 and "|" in lines[0] and "|" in lines[1] and _TABLE_RULE.fullmatch(lines[1]):
        return _table(lines)
    if _QUOTED.fullmatch(lines[0]):
        quoted = "\n".join(found[1] if (found := _QUOTED.fullmatch(line)) else line for line in lines)
        return f"<blockquote><p>{_inline(quoted)}</p></blockquote>"
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
    text = text.strip("\n").translate(dict.fromkeys(range(0xE010, 0xE014)))
    if not _SPECIAL.search(text):
        return text
    fenced: list[str] = []

    def keep(found: re.Match[str]) -> str:
        fenced.append(f"<pre>{html.escape(found[2].rstrip(), quote=False)}</pre>")
        return f"\n\n\ue012{len(fenced) - 1}\ue013\n\n"

    text = _HEADING_LINE.sub(r"\n\n\1\n\n", _UNDERLINED.sub(r"\n\n# \1\n\n", _FENCE.sub(keep, text))).strip("\n")
    blocks = [block.strip("\n") for block in _BLANK.split(text)]
    made = [
        fenced[int(slot[1])] if (slot := _FENCED.fullmatch(block)) else _block(block)
        for block in blocks
        if block.strip()
    ]
    if len(made) == 1:
        only = made[0]
        return only[3:-4] if only.startswith("<p>") and only.count("<p>") == 1 and only.endswith("</p>") else only
    return "\n".join(block for block in made if block)
