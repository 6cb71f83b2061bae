import time

import pytest

from exams.interchange.formats.markdown import markdown_to_html


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("plain", "plain"),
        ("*a* and **b**", "<em>a</em> and <strong>b</strong>"),
        (
            "Why?\n```c\nif (a < b) {\n\n  *p = 1;\n}\n```\nSay.",
            "<p>Why?</p>\n<pre>if (a &lt; b) {\n\n  *p = 1;\n}</pre>\n<p>Say.</p>",
        ),
        ("~~~\nopen to the end", "<pre>open to the end</pre>"),
        ("text\n## Head\nmore", "<p>text</p>\n<p><strong>Head</strong></p>\n<p>more</p>"),
        ("Head\n====\ntext", "<p><strong>Head</strong></p>\n<p>text</p>"),
        ("a\n\n***\n\nb", "<p>a</p>\n<p>b</p>"),
        ("> said *so*\n> twice", "<blockquote><p>said <em>so</em>\ntwice</p></blockquote>"),
        (
            "| a | b |\n|---|:-:|\n| 1 | `2` |",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td><code>2</code></td></tr></tbody></table>",
        ),
        (r"\*not\* and a\_b\_c", "*not* and a_b_c"),
        (r"\\(a_1 * b_1\\) and \(x*y*z\)", r"\(a_1 * b_1\) and \(x*y*z\)"),
        (r"\\[x \\\\ y_1*z\\] *w*", r"\[x \\ y_1*z\] <em>w</em>"),
        (r"\(\frac{1}{2} \left(x_1*y_1*z\right)\)", r"\(\frac{1}{2} \left(x_1*y_1*z\right)\)"),
        ("a | b", "a | b"),
    ],
)
def test_markdown_becomes_html(text, read):
    assert markdown_to_html(text) == read


@pytest.mark.parametrize(
    "piece", ["```\n", "~~~x\n", "> ", "\\(", "|-", "# a\n", "a\n---\n", "* * ", "$$", "[a](", "**a"]
)
def test_hostile_texts_end_soon(piece):
    started = time.perf_counter()
    markdown_to_html(piece * 20_000)
    assert time.perf_counter() - started < 2
