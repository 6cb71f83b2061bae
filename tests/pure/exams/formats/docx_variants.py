"""The ways in which teachers write question papers in Word: small files of our own and what has to come of each.

`python -m tests.pure.exams.formats.docx_variants` prints what is understood.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exams.interchange.formats.base import Source
from exams.interchange.formats.docx import FORMAT
from tests.pure.exams.formats.docx_builder import (
    PNG,
    STRICT,
    W,
    docx,
    numbering,
    p,
    paragraphs,
    picture,
    run,
    table,
)


@dataclass(frozen=True)
class Question:
    """What is expected of one question: type, right answer, how many options, and what its stem holds."""

    type: str
    answer: object
    options: int = 0
    stem: str = ""
    marks: str = ""
    problem: str = ""
    doubt: str = ""
    loss: str = ""
    holds: str = ""
    explanation: str = ""


@dataclass(frozen=True)
class Variant:
    """A way of writing: its name, the file, and the questions in it."""

    name: str
    make: Callable[[], bytes]
    questions: list[Question] = field(default_factory=list)


RED = '<w:color w:val="FF0000"/>'
BOLD = "<w:b/>"
UNDER = '<w:u w:val="single"/>'
YELLOW = '<w:highlight w:val="yellow"/>'
MEDIA = {"rId9": ("image", "media/image1.png")}
SINGLE = Question("single_choice", "b", 4)
STEM = "1．下列属于负债的是（　　）。"
FOUR = "A．存货\tB．应付账款\tC．商誉\tD．专利权"


def _m(name: str, *inner: str) -> str:
    return f"<m:{name}>{''.join(inner)}</m:{name}>"


def _r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def _math(*inner: str) -> str:
    return f"<m:oMath>{''.join(inner)}</m:oMath>"


def _marked(props: str) -> bytes:
    options = "".join(p(run(text, props if text.startswith("B") else "")) for text in FOUR.split("\t"))
    return docx(p(STEM) + options)


LISTS = numbering(
    [("decimal", "%1．"), ("upperLetter", "%2．")],
    [("upperLetter", "%1、")],
    [("chineseCountingThousand", "%1、")],
)


def _automatic() -> bytes:
    body = p("单项选择题（每题2分）", num=(3, 0)) + p("下列属于负债的是（　　）。", num=(1, 0))
    body += "".join(p(text, num=(1, 1)) for text in ("存货", "应付账款", "商誉", "专利权")) + p("答案：B")
    body += p("下列属于资产的是（　　）。", num=(1, 0))
    body += "".join(p(text, num=(1, 1)) for text in ("存货", "应付账款", "实收资本", "盈余公积")) + p("答案：A")
    return docx(body, parts={"numbering.xml": LISTS})


def _restarted() -> bytes:
    """Options in one list of letters whose numbering restarts by an override, as WPS writes it."""
    numbers = LISTS.replace(
        "</w:numbering>",
        '<w:num w:numId="8"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
        "</w:lvlOverride></w:num></w:numbering>",
    )
    body = p("1．第一个问题（B）") + "".join(p(text, num=(2, 0)) for text in ("甲", "乙", "丙", "丁"))
    body += p("2．第二个问题（C）") + "".join(p(text, num=(8, 0)) for text in ("甲", "乙", "丙", "丁"))
    return docx(body, parts={"numbering.xml": numbers})


def _style_numbered() -> bytes:
    """Numbers that stand in the style of the paragraph, as LibreOffice writes them."""
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="Frage"><w:name w:val="Frage"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="H1">'
        '<w:name w:val="heading 1"/></w:style></w:styles>'
    )
    body = p("第一章 总论", style="H1") + p("下列属于负债的是（ B ）。", style="Frage") + p(FOUR)
    return docx(body, parts={"numbering.xml": LISTS, "styles.xml": styles})


def _equations() -> bytes:
    fraction = _m("f", _m("num", _r("1")), _m("den", _r("2")))
    root = _m("rad", "<m:radPr><m:degHide m:val='1'/></m:radPr>", _m("deg"), _m("e", _r("x")))
    power = _m("sSup", _m("e", _r("x")), _m("sup", _r("2")))
    total = _m(
        "nary", "<m:naryPr><m:chr m:val='∑'/></m:naryPr>", _m("sub", _r("i=1")), _m("sup", _r("n")), _m("e", _r("i"))
    )
    body = p(run("1．计算"), _math(fraction, _r("+"), root), run("（　　）"))
    body += p(run("A．"), _math(power), run("\tB．"), _math(total), run("\tC．1\tD．2")) + p("答案：B")
    return docx(body)


def _tracked() -> bytes:
    kept = f'<w:ins w:id="1" w:author="x">{run("负债")}</w:ins>'
    gone = '<w:del w:id="2" w:author="x"><w:r><w:delText>资产</w:delText></w:r></w:del>'
    return docx(p(run("1．下列属于"), kept, gone, run("的是（ B ）。")) + p(FOUR))


def _text_box() -> bytes:
    box = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>"
        f"{p('答案：B')}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
        f"<w:txbxContent>{p('答案：B')}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    return docx(p(STEM) + p(FOUR) + p(box))


def _old_equation() -> bytes:
    shape = (
        "<w:r><w:object><v:shape><v:imagedata r:id='rId9' o:title=''/></v:shape><o:OLEObject ProgID='Equation.DSMT4'/>"
    )
    return docx(
        p(run("1．计算"), f"{shape}</w:object></w:r>", run("（ B ）")) + p(FOUR),
        parts={"media/image1.png": PNG},
        relations=MEDIA,
    )


def _footnotes() -> bytes:
    notes = (
        f'<w:footnotes xmlns:w="{W}"><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{p("按2019年准则")}</w:footnote></w:footnotes>'
    )
    body = p(run("1．下列属于负债"), '<w:r><w:footnoteReference w:id="2"/></w:r>', run("的是（ B ）。")) + p(FOUR)
    return docx(body, parts={"footnotes.xml": notes}, relations={"rId5": ("footnotes", "footnotes.xml")})


KEY_AT_END = f"""一、单项选择题（每题2分，共4分）
1．下列属于负债的是（　　）。
{FOUR}
2．下列属于资产的是（　　）。
{FOUR}
二、判断题（每题1分）
1．资产等于负债加所有者权益。（　　）
2．负债就是所有者权益。（　　）
参考答案
一、单项选择题
1-2 BA
二、判断题
1．√ 2．×"""
PASSAGE = f"""一、材料题
阅读下面材料，回答1～2题。
甲公司购入一批存货，货款尚未支付。
1．货款属于（　　）。
{FOUR}
2．存货属于（　　）。
A．资产\tB．负债\tC．收入\tD．费用
答案：A
3．与材料无关的问题（ B ）
{FOUR}""".replace("2．存货", "答案：B\n2．存货")

_LIMIT = "由 \\(\\lim_{x\\rightarrow 0}\\frac{\\sin x}{x}=1\\) 得。"
VARIANTS: list[Variant] = [
    Variant(
        "options one a line, answer behind a label",
        lambda: docx(
            paragraphs(
                "1．下列属于负债的是（　　）。\nA．存货\nB．应付账款\n"
                "C．商誉\nD．专利权\n答案：B\n解析：应付账款是负债。"
            )
        ),
        [Question("single_choice", "b", 4, explanation="应付账款是负债。")],
    ),
    Variant(
        "four options on one tabbed line, answer in brackets",
        lambda: docx(p("1．下列属于负债的是（ B ）。") + p(FOUR)),
        [Question("single_choice", "b", 4, stem="下列属于负债的是（　　）。")],
    ),
    Variant(
        "two options a line, full-width letters",
        lambda: docx(
            paragraphs("１．下列属于资产的有（ＡＢ）。\nＡ．存货　　Ｂ．商誉\nＣ．借款　　Ｄ．股本").replace(
                "（ＡＢ）", "（ＡＢ ）"
            )
        ),
        [Question("multiple_choice", "ab", 4)],
    ),
    Variant(
        "automatic numbers and letters",
        _automatic,
        [Question("single_choice", "b", 4, marks="2"), Question("single_choice", "a", 4, marks="2")],
    ),
    Variant("letters restarted by an override (WPS)", _restarted, [SINGLE, Question("single_choice", "c", 4)]),
    Variant("numbers from a paragraph style (LibreOffice)", _style_numbered, [SINGLE]),
    Variant(
        "answer in red", lambda: _marked(RED), [Question("single_choice", "b", 4, doubt="The answer was read from")]
    ),
    Variant(
        "answer in bold", lambda: _marked(BOLD), [Question("single_choice", "b", 4, doubt="The answer was read from")]
    ),
    Variant(
        "answer underlined",
        lambda: _marked(UNDER),
        [Question("single_choice", "b", 4, doubt="The answer was read from")],
    ),
    Variant(
        "answer highlighted",
        lambda: _marked(YELLOW),
        [Question("single_choice", "b", 4, doubt="The answer was read from")],
    ),
    Variant(
        "list of answers at the end, by section",
        lambda: docx(paragraphs(KEY_AT_END)),
        [
            Question("single_choice", "b", 4, marks="2"),
            Question("single_choice", "a", 4, marks="2"),
            Question("true_false", True, marks="1"),
            Question("true_false", False, marks="1"),
        ],
    ),
    Variant(
        "table of answers at the end",
        lambda: docx(
            paragraphs(f"1．负债是（　　）。\n{FOUR}\n2．资产是（　　）。\n{FOUR}")
            + table(["题号", "1", "2"], ["答案", "B", "A"])
        ),
        [SINGLE, Question("single_choice", "a", 4)],
    ),
    Variant(
        "table of questions",
        lambda: docx(
            table(
                ["题型", "题干", "选项A", "选项B", "答案", "解析"],
                ["单选题", "选乙", "甲", "乙", "B", "因为"],
                ["判断题", "天是蓝的", "", "", "对", ""],
            )
        ),
        [Question("single_choice", "b", 2, explanation="因为"), Question("true_false", True)],
    ),
    Variant(
        "options in a table without lines",
        lambda: docx(p("1．下列属于负债的是（ B ）。") + table(["A．存货", "B．应付账款"], ["C．商誉", "D．专利权"])),
        [SINGLE],
    ),
    Variant(
        "table inside a question",
        lambda: docx(
            p("1．根据下表，利润为（ B ）。")
            + table(["收入", "费用"], ["100", "40"])
            + p("A．40\tB．60\tC．100\tD．140")
        ),
        [Question("single_choice", "b", 4, holds="<table>")],
    ),
    Variant("equations", _equations, [Question("single_choice", "b", 4, holds="\\frac{1}{2}+\\sqrt{x}")]),
    Variant(
        "old equation object",
        _old_equation,
        [Question("single_choice", "b", 4, holds="attachment:image1.png", loss="equation object")],
    ),
    Variant(
        "picture (DrawingML)",
        lambda: docx(
            p(run("1．图中是（ B ）。"), picture()) + p(FOUR), parts={"media/image1.png": PNG}, relations=MEDIA
        ),
        [Question("single_choice", "b", 4, holds="attachment:image1.png")],
    ),
    Variant(
        "picture (VML)",
        lambda: docx(
            p(run("1．图中是（ B ）。"), "<w:r><w:pict><v:shape><v:imagedata r:id='rId9'/></v:shape></w:pict></w:r>")
            + p(FOUR),
            parts={"media/image1.png": PNG},
            relations=MEDIA,
        ),
        [Question("single_choice", "b", 4, holds="attachment:image1.png")],
    ),
    Variant("text box with the answer", _text_box, [SINGLE]),
    Variant(
        "subscripts and superscripts",
        lambda: docx(p(run("1．H"), run("2", '<w:vertAlign w:val="subscript"/>'), run("O 是（ B ）。")) + p(FOUR)),
        [Question("single_choice", "b", 4, holds="<sub>2</sub>")],
    ),
    Variant(
        "tracked changes",
        _tracked,
        [Question("single_choice", "b", 4, stem="下列属于负债的是（　　）。", doubt="tracked")],
    ),
    Variant("footnote", _footnotes, [Question("single_choice", "b", 4, holds="按2019年准则")]),
    Variant(
        "soft line ends",
        lambda: docx(
            p("1．下列属于负债的是（　　）。\nA．存货\nB．应付账款\nC．商誉\nD．专利权\n【答案】B\n【解析】略")
        ),
        [Question("single_choice", "b", 4, explanation="略")],
    ),
    Variant(
        "shared passage",
        lambda: docx(paragraphs(PASSAGE)),
        [Question("material", ["b", "a"], holds="货款尚未支付"), SINGLE],
    ),
    Variant(
        "blanks of underlined space",
        lambda: docx(
            p("一、填空题")
            + p(run("1．会计的基本职能是"), run("        ", UNDER), run("和"), run("\t", UNDER), run("。"))
            + p("答案：核算；监督")
        ),
        [Question("fill_blank", [["核算"], ["监督"]])],
    ),
    Variant(
        "answers of blanks underlined in the text",
        lambda: docx(
            p("一、填空题")
            + p(run("1．会计的基本职能是"), run("核算", UNDER), run("和"), run("监督", UNDER), run("。"))
        ),
        [Question("fill_blank", [["核算"], ["监督"]], doubt="underlined")],
    ),
    Variant("strict Open XML", lambda: docx(p("1．下列属于负债的是（ B ）。") + p(FOUR), namespace=STRICT), [SINGLE]),
    Variant(
        "parts in another folder, split runs",
        lambda: docx(
            p(run("1"), run("．下列属于"), run("负债的是（"), run(" B"), run(" ）。")) + p(FOUR), folder="content"
        ),
        [SINGLE],
    ),
    Variant(
        "judgement, short answer and essay by section",
        lambda: docx(
            paragraphs(
                "一、判断题\n1．资产等于负债加所有者权益。（ √ ）\n二、简答题（每题5分）\n1．什么是负债？\n"
                "答：由过去的交易形成的现时义务。\n三、论述题（共10分）\n1．论会计的作用。\n参考答案：反映和监督。"
            )
        ),
        [
            Question("true_false", True),
            Question("essay", "由过去的交易形成的现时义务。", marks="5"),
            Question("essay", "反映和监督。"),
        ],
    ),
    Variant(
        "two answers that disagree",
        lambda: docx(p("1．下列属于负债的是（ B ）。") + p(FOUR) + p("答案：C")),
        [Question("single_choice", None, 4, problem="disagree")],
    ),
    Variant(
        "a letter without its option",
        lambda: docx(p(STEM) + p("A．存货\tB．商誉\tC．股本") + p("答案：D")),
        [Question("single_choice", None, 3, problem="no such option")],
    ),
    Variant(
        "numbering that jumps, options with a gap",
        lambda: docx(paragraphs(f"1．甲（ B ）\n{FOUR}\n3．乙（ C ）\nA．甲\nC．丙\nD．丁")),
        [SINGLE, Question("single_choice", "c", 3, doubt="jumps")],
    ),
    Variant(
        "a list of answers that is too short",
        lambda: docx(paragraphs(f"1．甲（　　）\n{FOUR}\n2．乙（　　）\n{FOUR}\n参考答案\n1．B")),
        [SINGLE, Question("single_choice", None, 4, problem="missing")],
    ),
    Variant(
        "fields, hyperlinks, content controls, page breaks",
        lambda: docx(
            p("<w:hyperlink r:id='rId7'><w:r><w:t>1．下列属于负债的是（ B ）。</w:t></w:r></w:hyperlink>")
            + f"<w:sdt><w:sdtContent>{p(FOUR)}</w:sdtContent></w:sdt>"
            + p(
                '<w:r><w:br w:type="page"/></w:r>',
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
                '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>',
            )
        ),
        [SINGLE],
    ),
    Variant(
        "symbols of Wingdings as right and wrong",
        lambda: docx(
            p("一、判断题")
            + p(run("1．天是蓝的（"), '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', run("）"))
            + p(run("2．草是蓝的（"), '<w:r><w:sym w:font="Wingdings" w:char="F0FB"/></w:r>', run("）"))
        ),
        [Question("true_false", True), Question("true_false", False)],
    ),
]


def _made_elsewhere(name: str) -> Callable[[], bytes]:
    return (Path(__file__).with_name("data") / name).read_bytes


VARIANTS += [
    Variant(
        "written by pandoc",
        _made_elsewhere("paper-pandoc.docx"),
        [
            Question("single_choice", "b", 4, holds="\\frac{1}{2}+\\sqrt{x^{2}}", explanation=_LIMIT),
            Question("fill_blank", [["水"]]),
        ],
    ),
    Variant(
        "written by python-docx",
        _made_elsewhere("paper-python-docx.docx"),
        [
            Question("single_choice", "a", 4, marks="2"),
            Question("single_choice", "b", 4, marks="2", doubt="The answer was read from"),
            Question("true_false", True),
        ],
    ),
    Variant(
        "written by docx.js",
        _made_elsewhere("paper-docx-js.docx"),
        [Question("multiple_choice", "abd", 4, marks="3"), Question("single_choice", "a", 2, holds="\\frac{1}{2}")],
    ),
]


def answer_of(record: dict) -> object:
    """Return the right answer of a record in short."""
    key = record["key"]
    if not key:
        return None
    if record["type"] == "single_choice":
        return next((id_ for id_, fraction in key["fractions"].items() if fraction == 1), None)
    if record["type"] == "multiple_choice":
        return "".join(key["correct"])
    if record["type"] == "true_false":
        return key["correct"]
    if record["type"] == "fill_blank":
        return [[one["text"] for one in blank["answers"]] for blank in key["blanks"].values()]
    if record["type"] == "material":
        parts = record["content"]["questions"]
        return [answer_of({"type": one["type"], "key": key["questions"][one["id"]]}) for one in parts]
    return key.get("model_answer")


def survey() -> list[dict[str, Any]]:
    """Return a row a way of writing: questions expected, imported, declined, wrong."""
    table = []
    for variant in VARIANTS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file.docx"
            path.write_bytes(variant.make())
            rows = list(FORMAT.read(Source(name=path.name, path=path)))
        wrong = [
            row
            for row, said in zip(rows, variant.questions, strict=True)
            if not said.problem and (row.record is None or answer_of(dict(row.record)) != said.answer)
        ]
        table.append(
            {
                "kind": f"docx: {variant.name}",
                "files": 1,
                "questions": len(variant.questions),
                "imported": sum(not row.problems for row in rows),
                "declined": sum(bool(row.problems) for row in rows),
                "wrong": len(wrong),
            }
        )
    return table


if __name__ == "__main__":
    for line in survey():
        print(line)  # noqa: T201 - a table for the person who asks for it
