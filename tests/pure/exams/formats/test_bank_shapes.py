"""Banks of other programs in JSON and CSV: options under other names, and answers that count them."""

import json

from exams.interchange.formats import delimited, foreign_json
from tests.pure.exams.formats.docx_variants import answer_of
from tests.pure.exams.formats.reading import reasons_of, rows_of


def _read(value, folder):
    return rows_of(foreign_json.FORMAT, json.dumps(value, ensure_ascii=False), folder, name="a.json")


def _short(rows):
    assert reasons_of(rows) == []
    return [(row.record["type"], answer_of(dict(row.record))) for row in rows]


def _items(*texts):
    return [{"prefix": letter, "content": text} for letter, text in zip("ABCD", texts, strict=False)]


def test_options_as_items_with_prefixes_in_a_response(tmp_path):
    entries = [
        {"title": "1+1=?", "items": _items("1", "2"), "correct": "B", "analyze": "简单", "difficult": 2},
        {"title": "偶数", "items": _items("1", "2", "4"), "correct": None, "correctArray": ["B", "C"]},
    ]
    rows = _read({"code": 1, "response": {"list": entries}}, tmp_path)
    assert _short(rows) == [("single_choice", "b"), ("multiple_choice", "bc")]
    assert (rows[0].record["explanation"], rows[0].record["difficulty"]) == ("简单", 2)


def test_items_of_a_chapter_are_questions(tmp_path):
    chapter = {"title": "第一章", "items": [{"question": "哪个？", "options": ["甲", "乙"], "answer": "A"}] * 2}
    assert len(_read([chapter], tmp_path)) == 2


def test_a_zero_says_from_where_the_file_counts(tmp_path):
    rows = _read(
        [
            {"question": "一？", "options": ["甲", "乙", "丙"], "correct_answer": 0},
            {"question": "二？", "options": ["甲", "乙", "丙"], "correct_answer": 1},
        ],
        tmp_path,
    )
    assert _short(rows) == [("single_choice", "a"), ("single_choice", "b")]
    assert "counts options from" in rows[1].doubts[-1].text


def test_numbers_that_could_count_either_way_are_declined(tmp_path):
    one = {"question": "一？", "options": ["甲", "乙", "丙"], "answer": 1}
    assert "could count" in reasons_of(_read([one], tmp_path))[0]
    both = [one | {"answer": 0}, one | {"answer": 3}]
    assert len([row for row in _read(both, tmp_path) if row.problems]) == 2


def test_options_with_other_names_and_letters_of_their_own(tmp_path):
    rows = _read(
        [
            {
                "problem": "违法？",
                "options": [{"oOrder": "A", "oText": "甲"}, {"oOrder": "B", "oText": "乙"}],
                "answer": "B",
            },
            {"question": "大雾？", "optionA": "A、甲", "optionB": "B、乙", "tip": "略", "answer": "B"},
        ],
        tmp_path,
    )
    assert _short(rows) == [("single_choice", "b")] * 2
    assert [[one["text"] for one in row.record["content"]["options"]] for row in rows] == [["甲", "乙"]] * 2


def test_choices_as_a_quoted_list_in_a_cell(tmp_path):
    text = "question,choices,answer\nPrime?,\"['4', '6', '7']\",C\nEven?,\"['3' '4']\",B\n"
    rows = rows_of(delimited.FORMAT, text, tmp_path, name="a.csv")
    assert _short(rows) == [("single_choice", "c"), ("single_choice", "b")]
    assert [one["text"] for one in rows[0].record["content"]["options"]] == ["4", "6", "7"]


def test_options_under_numbered_items_are_not_left_out(tmp_path):
    text = "question,answer,item1,item2,explains\n哪个？,A,甲,乙,因为\n"
    (row,) = rows_of(delimited.FORMAT, text, tmp_path, name="a.csv")
    assert _short([row]) == [("single_choice", "a")]
    assert row.record["explanation"] == "因为"
