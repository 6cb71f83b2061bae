from courses.body import blocks_from_html, course_blocks, rich_text


def test_html_becomes_blocks_in_order():
    html = (
        "<p>One <strong>bold</strong></p><h3>Part</h3><ul><li>a</li></ul>"
        "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1 <b>x</b></td></tr></tbody></table>"
        "<pre>Debit  10\n  Credit</pre><blockquote>Keep it.</blockquote><p>End</p>"
    )
    blocks = blocks_from_html(html)
    assert [block["type"] for block in blocks] == ["text", "heading", "text", "table", "code", "quote", "text"]
    assert blocks[0]["value"] == "<p>One <b>bold</b></p>"
    assert blocks[3]["value"]["data"] == [["A", "B"], ["1 x", ""]]
    assert blocks[3]["value"]["table_header_choice"] == "row"
    assert blocks[4]["value"]["text"] == "Debit  10\n  Credit"


def test_nothing_that_runs_gets_through():
    html = (
        '<p onclick="x()">Hi<script>1</script><a href="javascript:x">l</a><img src=x onerror=y></p><script>z</script>'
    )
    assert blocks_from_html(html) == [{"type": "text", "value": "<p>Hi<a>l</a></p>"}]
    assert (
        rich_text('<div><a href="https://example.com" style="x">y</a></div>') == '<a href="https://example.com">y</a>'
    )
    assert rich_text("<p>1 &lt; 2</p>") == "<p>1 &lt; 2</p>"


def test_loose_text_is_kept_and_empty_parts_are_left_out():
    assert blocks_from_html("just words") == [{"type": "text", "value": "<p>just words</p>"}]
    assert blocks_from_html("  ") == []
    assert course_blocks(description="", outcomes=[], audience="", faq=[]) == []
    assert [
        block["type"]
        for block in course_blocks(description="<p>x</p>", outcomes=["o"], audience="a < b", faq=[("q", "a")])
    ] == [
        "text",
        "outcomes",
        "audience",
        "faq",
    ]
