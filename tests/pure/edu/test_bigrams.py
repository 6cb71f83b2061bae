from edu.search.bigrams import MAX_TERMS, index_text, query_terms


def found(query: str, text: str) -> bool:
    indexed = index_text(text).split()
    terms = query_terms(query)
    return bool(terms) and all(any(word.startswith(term) for word in indexed) for term in terms)


def test_two_characters_are_found_inside_a_longer_name():
    assert found("会计", "初级会计职称考试")
    assert not found("会记", "初级会计职称考试")


def test_one_character_is_found_anywhere():
    assert found("试", "初级会计职称考试")
    assert found("级", "初级会计职称考试")


def test_mixed_text_is_split_where_the_script_changes():
    assert found("Excel 函数", "用Excel函数做账")
    assert found("ｅｘｃｅｌ", "用Excel函数做账")


def test_a_query_of_signs_only_has_no_terms():
    assert query_terms('"*-:()') == []


def test_terms_are_bounded():
    assert len(query_terms("会计" * 500 + " ".join(f"w{n}" for n in range(500)))) <= MAX_TERMS
