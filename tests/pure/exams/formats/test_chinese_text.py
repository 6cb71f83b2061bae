"""Question papers in text and Markdown, in the ways teachers write them, and hostile ones."""

import time

import pytest

from exams.interchange.formats import chinese_text
from exams.interchange.formats.base import Source, UnreadableFile
from exams.interchange.formats.registry import find_format
from tests.pure.exams.formats.docx_variants import answer_of
from tests.pure.exams.formats.reading import reasons_of, rows_of

FORMAT = chinese_text.FORMAT
ABCD = "A．存货\nB．应付账款\nC．商誉\nD．专利权"


def _read(text: str | bytes, folder, *, name: str = "file.txt"):
    return rows_of(FORMAT, text, folder, name=name)


def _doubts(row) -> str:
    return " / ".join(remark.text % remark.values for remark in row.doubts)


def _short(rows):
    return [(row.record["type"], answer_of(dict(row.record))) for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        f"1. 下列属于负债的是\n{ABCD}\n答案：B",
        f"1、下列属于负债的是\n{ABCD}\n【答案】B",
        f"（1）下列属于负债的是\n{ABCD}\n参考答案：B",
        f"(1) 下列属于负债的是\n{ABCD}\n正确答案: B",
        f"第1题 下列属于负债的是\n{ABCD}\n[答案] B",
        f"一、下列属于负债的是？\n{ABCD}\n标准答案：B",
        f"1．下列属于负债的是（B）\n{ABCD}",
        f"1．下列属于负债的是（ B ）。\n{ABCD}",
        "1．下列属于负债的是(  )\nA、存货  B、应付账款  C、商誉  D、专利权\n答案 ：B",
        "1．下列属于负债的是\nA)存货\tB)应付账款\tC)商誉\tD)专利权\n答案：（B）",
        "1．下列属于负债的是\n（A）存货\n（B）应付账款\n（C）商誉\n（D）专利权\n答：B",
        "1．下列属于负债的是\nA.存货B.应付账款C.商誉D.专利权\n答案：B。应付账款",
        "1．下列属于负债的是（　）A．存货 B．应付账款\nC．商誉 D．专利权\n答案：B",
        "1．下列属于负债的是？ A．存货 B．应付账款 C．商誉 D．专利权 答案：B 解析：略",
        f"题干：下列属于负债的是\n{ABCD}\n答案：B",
        f"下列属于负债的是\n{ABCD}\n答案：B",
        f"1．下列属于负债的是\n{ABCD}\n参考答案\n1-1 B".replace("1-1 B", "1．B"),
        "1. 下列属于负债的是\na. 存货\nb. 应付账款\nc. 商誉\nd. 专利权\n答案：b",
        f"1.【单选题】下列属于负债的是\n{ABCD}\n我的答案：A\n正确答案：B\n0.0分",
        f"１．下列属于负债的是（Ｂ）\n{ABCD}",
        f"1．下列属于负债的是\n答案：B\n{ABCD}",
    ],
)
def test_one_question_in_many_hands(text, tmp_path):
    (row,) = _read(text, tmp_path)
    assert not row.problems, reasons_of([row])
    assert _short([row]) == [("single_choice", "b")]
    assert [option["text"] for option in row.record["content"]["options"]][:2] == ["存货", "应付账款"]
    assert row.record["content"]["stem"].startswith("下列属于负债的是")


def test_sections_give_type_and_marks(tmp_path):
    text = (
        f"第一章 总论\n一、单项选择题（每小题2分，共4分）\n1．甲（ A ）\n{ABCD}\n2．乙（ B ）\n{ABCD}\n"
        f"二、多项选择题（本题共1题，每题3分）\n1．丙（ABD）\n{ABCD}\n三、判断题（每题1分）\n1．丁（√）\n2．戊（ × ）\n"
        "四、填空题（每空1.5分）\n1．会计的基本职能是____和（　　）。\n答案：核算；监督/控制\n"
        "五、名词解释\n1．负债\n答案：现时义务。\n六、计算题\n1．3+4=?\n答案：7"
    )
    rows = _read(text, tmp_path)
    assert _short(rows) == [
        ("single_choice", "a"),
        ("single_choice", "b"),
        ("multiple_choice", "abd"),
        ("true_false", True),
        ("true_false", False),
        ("fill_blank", [["核算"], ["监督", "控制"]]),
        ("essay", "现时义务。"),
        ("numerical", None),
    ]
    assert [row.record["marks"] for row in rows] == ["2", "2", "3", "1", "1", "3.0", "1", "1"]
    assert {tuple(row.record["topic"]) for row in rows} == {("第一章 总论",)}


@pytest.mark.parametrize(
    "listed",
    ["1-3 BAD", "1—3：B A D", "1.B 2.A 3.D", "1、B；2、A；3、D", "1～3 BAD", "1-2 BA 3.D", "【答案】1.B 2.A 3.D"],
)
def test_answers_at_the_end(listed, tmp_path):
    text = "".join(f"{number}．第{number}问（　　）\n{ABCD}\n" for number in (1, 2, 3))
    rows = _read(f"{text}\n参考答案：\n{listed}", tmp_path)
    assert _short(rows) == [("single_choice", "b"), ("single_choice", "a"), ("single_choice", "d")]


def test_answers_at_the_end_with_explanations(tmp_path):
    text = "".join(f"{number}．第{number}问（　　）\n{ABCD}\n" for number in (1, 2))
    rows = _read(
        f"{text}3．论会计。\n\n参考答案及解析\n1．【答案】B\n"
        "【解析】因为乙。\n2．A 解析：因为甲。\n3．答：反映和\n监督。",
        tmp_path,
    )
    assert _short(rows) == [("single_choice", "b"), ("single_choice", "a"), ("essay", "反映和\n监督。")]
    assert [row.record["explanation"] for row in rows] == ["因为乙。", "因为甲。", ""]


def test_a_list_is_matched_by_section(tmp_path):
    text = (
        "一、单选题\n1．甲（　）\n"
        f"{ABCD}\n二、判断题\n1．乙（　）\n"
        "2．丙（　）\n答案\n一、单选题\n1．C\n二、判断题\n1．√ 2．×"
    )
    assert _short(_read(text, tmp_path)) == [("single_choice", "c"), ("true_false", True), ("true_false", False)]


def test_a_list_without_sections_for_repeated_numbers_is_a_problem(tmp_path):
    text = f"一、单选题\n1．甲（　）\n{ABCD}\n二、单选题\n1．乙（　）\n{ABCD}\n参考答案\n1．C"
    rows = _read(text, tmp_path)
    assert all("does not say which" in reason for reason in reasons_of(rows) if "missing" not in reason)
    assert all(row.problems for row in rows)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"1．甲（ B ）\n{ABCD}\n答案：C", "disagree"),
        (f"1．甲\n{ABCD}\n答案：E", "no such option"),
        (f"1．甲\n{ABCD}", "missing"),
        ("1．甲\nA．一\nA．二\nB．三\n答案：A", "before two options"),
        ("一、判断题\n1．甲\n答案：也许", "true or false"),
        ("一、填空题\n1．甲____乙____\n答案：一", "2 blanks"),
        (f"一、单选题\n1．甲\n{ABCD}\n答案：AB", "one right option"),
        ("一、单选题\n1．甲\n答案：A", "two options"),
    ],
)
def test_what_is_wrong_is_said(text, said, tmp_path):
    rows = _read(text, tmp_path)
    assert said in " ".join(reasons_of(rows))
    assert rows[0].record is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1．甲\nA．一\nC．三\nD．四\n答案：C", "one may be missing"),
        (f"1．甲（A）\n{ABCD}\n5．乙（B）\n{ABCD}", "jumps"),
        ("1．甲\n答案：四十二", "compared with this text"),
        (f"1．甲\n{ABCD}\n答案：应付账款", "text of an option"),
    ],
)
def test_guesses_are_said(text, said, tmp_path):
    assert said in " ".join(_doubts(row) for row in _read(text, tmp_path))


def test_an_answer_for_no_question_is_not_dropped(tmp_path):
    rows = _read(f"1．甲\n{ABCD}\n参考答案\n1．A 2．B", tmp_path)
    assert len(rows) == 2
    assert "not in the file" in reasons_of(rows)[0]


def test_lists_inside_answers_stay_inside(tmp_path):
    text = "1．简述职能。\n答案：\n1．核算\n2．监督\n3．预测\n2．简述假设。\n答案：主体、分期。"
    rows = _read(text, tmp_path)
    assert [row.record["content"]["stem"] for row in rows] == ["简述职能。", "简述假设。"]


def test_numbers_that_are_years_and_fractions(tmp_path):
    rows = _read(f"1.2020年的准则（A）\n{ABCD}\n2.3.14是什么（B）\n{ABCD}", tmp_path)
    assert [row.record["content"]["stem"] for row in rows] == ["2020年的准则（　　）", "3.14是什么（　　）"]


@pytest.mark.parametrize(
    "head",
    [
        "阅读下面材料，回答1～2题。\n甲公司购入存货。",
        "甲公司购入存货。据此完成1-2题。",
        "【材料】甲公司购入存货。",
        "根据以下资料，回答第1至2题：\n甲公司购入存货。",
    ],
)
def test_passages(head, tmp_path):
    rows = _read(f"{head}\n1．一（　）\n{ABCD}\n答案：A\n2．二（　）\n{ABCD}\n答案：B\n解析：因为。", tmp_path)
    assert _short(rows) == [("material", ["a", "b"])]
    assert "甲公司购入存货" in rows[0].record["content"]["stem"]
    assert rows[0].record["key"]["explanations"] == {"q2": "因为。"}
    assert rows[0].record["marks"] == "2.0"


def test_a_passage_behind_a_question(tmp_path):
    text = (
        f"1．零（D）\n{ABCD}\n\n"
        "甲公司购入存货。\n货款未付。据此完成2～3题。\n"
        f"2．一（A）\n{ABCD}\n3．二（B）\n{ABCD}\n4．三（C）\n{ABCD}"
    )
    rows = _read(text, tmp_path)
    assert _short(rows) == [("single_choice", "d"), ("material", ["a", "b"]), ("single_choice", "c")]
    assert rows[1].record["content"]["stem"].startswith("甲公司购入存货。")
    assert rows[0].record["content"]["options"][-1]["text"] == "专利权"


def test_a_numbered_passage_with_questions_in_brackets(tmp_path):
    text = (
        "1．（9分）阅读下面文字，完成问题。\n"
        f"甲公司购入存货。\n（1）一\n{ABCD}\n"
        f"答案：A\n（2）二\n{ABCD}\n答案：B\n2．三（C）\n{ABCD}"
    )
    rows = _read(text, tmp_path)
    assert _short(rows) == [("material", ["a", "b"]), ("single_choice", "c")]
    assert rows[0].record["marks"] == "9"


def test_pasted_result_pages_lose_the_learner_and_say_so(tmp_path):
    text = (
        "### 一. 单选题（共1题）\n\n*1*\n\n【单选题】甲( )\n\n"
        "- *A、*[一](javascript:void(0);)\n- *B、*[二](javascript:void(0);)\n\n"
        "我的答案：\n\nA\n\n**0.0**分\n\n正确答案：\n\nB\n\n[*AI讲解*](javascript:void(0);)\n"
    )
    (row,) = _read(text, tmp_path)
    assert _short([row]) == [("single_choice", "b")]
    assert [option["text"] for option in row.record["content"]["options"]] == ["一", "二"]
    assert row.losses


def test_markdown(tmp_path):
    text = (
        "# 第一章\n## 测验\n\n1. **下列**属于 $x^2$ 的是\n\n   - A. `甲`\n"
        "   - B. ![图](https://example.org/a.png)\n   - **答案：A**\n"
        "\n> 解析：因为 $$y_1$$\n"
    )
    (row,) = _read(text, tmp_path, name="file.md")
    assert row.record["topic"] == ["第一章", "测验"]
    assert "\\(x^2\\)" in row.record["content"]["stem"]
    assert '<img src="https://example.org/a.png" alt="图">' in row.record["content"]["options"][1]["text"]
    assert row.record["explanation"] == "因为 \\[y_1\\]"


def test_further_fields(tmp_path):
    text = f"1．（3分）甲\n{ABCD}\n【答案】A\n【解析】因为。\n【难度】较难\n【知识点】第一章 > 职能\n【考点】负债、资产"
    (row,) = _read(text, tmp_path)
    record = row.record
    assert (record["marks"], record["difficulty"], record["explanation"]) == ("3", 4, "因为。")
    assert (record["topic"], record["tags"]) == (["第一章", "职能"], ["负债", "资产"])


def test_text_that_looks_like_mark_up_reads_as_written(tmp_path):
    (row,) = _read("1．换行标签是（A）\nA．<br>\nB．a<b\n", tmp_path)
    assert [option["text"] for option in row.record["content"]["options"]] == ["<p>&lt;br&gt;</p>", "<p>a&lt;b</p>"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le"])
def test_encodings(encoding, tmp_path):
    assert _short(_read(f"1．下列属于负债的是（B）\r\n{ABCD}\r\n".encode(encoding), tmp_path)) == [
        ("single_choice", "b")
    ]


def test_text_around_the_questions_is_not_dropped_in_silence(tmp_path):
    rows = _read(f"期末试卷\n姓名：\n1．甲（A）\n{ABCD}", tmp_path)
    assert "期末试卷" in " ".join(str(loss.values) for loss in rows[0].losses)


def test_a_text_without_questions_is_declined(tmp_path):
    with pytest.raises(UnreadableFile):
        _read("", tmp_path)


@pytest.mark.parametrize("piece", ["A", "（ ", "【", "1-", "![", "*", "$a", "____", "1.A ", "（A）（B）", "\t"])
def test_endless_lines_end_soon(piece, tmp_path):
    path = tmp_path / "file.txt"
    path.write_text(f"1．甲\nA．{(piece * 60_000)[:50_000]}\nB．乙\n答案：A\n{(piece * 60_000)[:50_000]}\n")
    started = time.monotonic()
    list(FORMAT.read(Source(name="file.txt", path=path)))
    assert time.monotonic() - started < 5


def test_files_and_lines_without_end_are_refused(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b"1. " + b"a" * 2_000_000)
    with pytest.raises(UnreadableFile):
        list(FORMAT.read(Source(name="file.txt", path=path)))
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    with pytest.raises(UnreadableFile):
        list(FORMAT.read(Source(name="file.txt", path=path)))


@pytest.mark.parametrize(
    ("name", "head", "wanted"),
    [
        ("卷.txt", f"1．甲（A）\n{ABCD}", "chinese_text"),
        ("卷.md", "# 第一章\n\n1. 甲\n- 答案：A", "chinese_text"),
        ("a.txt", "What?\nA. x\nB. y\nANSWER: A\n", "aiken"),
        ("a.txt", "::q:: 天是？{=蓝 ~绿}", "gift"),
        ("a.csv", "题干,选项A,选项B,答案\n甲,一,二,A\n", "delimited"),
        ("a.json", '[{"question": "甲", "answer": "A"}]', "foreign_json"),
    ],
)
def test_the_registry_finds_the_format(name, head, wanted, tmp_path):
    path = tmp_path / name
    path.write_text(head)
    assert find_format(Source(name=name, path=path)).name == wanted


def test_a_whole_paper(tmp_path):
    text = (
        "一、单项选择题：本大题共1小题，每小题1分。在每小题给出的选项中，只有一项符合题目要求。\n"
        f"1. 会计的基本职能包括\n{ABCD}\n二、填空题\n2. 首都是【】，大河是____。\n答案：(1)北京 (2)长江或扬子江\n"
        "三、简答题\n3. 简述职能。（5分）\n【参考答案】\n（1）核算；\n（2）监督。\n"
        f"四、案例分析题\n案例：甲公司购入存货。\n要求：回答4-5题。\n4. 存货是（ ）\n{ABCD}\n5. 货款是（ ）\n{ABCD}\n"
        "\n参考答案\n一、1.C\n四、4-5 AB\n"
    )
    rows = _read(text, tmp_path)
    assert [row.record["type"] for row in rows] == ["single_choice", "fill_blank", "essay", "material"]
    assert not reasons_of(rows)
    assert answer_of(dict(rows[0].record)) == "c"
    assert answer_of(dict(rows[1].record)) == [["北京"], ["长江", "扬子江"]]
    assert rows[2].record["marks"] == "5"
    assert answer_of(dict(rows[3].record)) == ["a", "b"]
    assert "甲公司购入存货" in rows[3].record["content"]["stem"]
