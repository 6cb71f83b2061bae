from edu.documents.line_breaking import break_text, fit_text, is_wide


def measure(text, size):
    return sum(size if is_wide(character) else size / 2 for character in text)


def lines_of(text, width, size=10):
    return break_text(text, width=width, size=size, measure=measure)


def test_chinese_breaks_anywhere_but_before_closing_marks():
    assert lines_of("会计要素分为六类，资产。", 80) == ["会计要素分为六", "类，资产。"]
    assert lines_of("他说（会计）是", 30) == ["他说", "（会", "计）是"]


def test_latin_words_stay_whole():
    assert lines_of("the balance sheet", 60) == ["the balance", "sheet"]
    assert lines_of("学习 Excel 技能", 45) == ["学习", "Excel 技", "能"]


def test_words_wider_than_a_line_are_cut_and_hyphens_may_break():
    assert lines_of("abcdefghij", 20) == ["abcd", "efgh", "ij"]
    assert lines_of("Anna-Maria", 30) == ["Anna-", "Maria"]


def test_newlines_are_kept():
    assert lines_of("一\n\n二", 50) == ["一", "", "二"]


def test_text_is_made_smaller_before_it_is_cut():
    fitted = fit_text("A" * 40, width=100, size=20, min_size=4, measure=measure)
    assert fitted.lines == ("A" * 40,)
    assert fitted.size == 5
    cut = fit_text("A" * 40, width=100, size=20, min_size=10, measure=measure)
    assert cut.is_cut
    assert cut.lines[0].endswith("…")
    assert measure(cut.lines[0], cut.size) <= 100


def test_centred_headings_are_balanced():
    fitted = fit_text(
        "一二三四五六七八九十", width=80, size=10, min_size=10, max_lines=2, measure=measure, balanced=True
    )
    assert fitted.lines == ("一二三四五", "六七八九十")


def test_empty_text_takes_no_line():
    assert fit_text("  ", width=10, size=10, min_size=5, measure=measure).lines == ()
