"""The table, the JSON file, the plot and the block of figures in the documentation."""

import json
from xml.etree import ElementTree

import pytest

from benchmarks.load import WARM_PASSES, Sample, http_request, median_sample, quantile, warm_up
from benchmarks.pgbench import write_script
from benchmarks.report import (
    END,
    START,
    Circumstances,
    Row,
    as_json,
    figure,
    markdown,
    svg,
    table,
    write_docs,
    write_files,
)

ROWS = [
    Row(name="save", value=900.0, unit="requests/s", reference=1800.0, reach=("ratio", "least", 0.45)),
    Row(name="start, CPU", value=7.25, unit="ms", reference=1.0, reach=("value", "most", 5.0)),
    Row(name="home <&>", value=12, unit="statements"),
]
WHEN = Circumstances(date="2026-11-21", machine="2 cores", mode="1 round of 1 s")


def test_a_reach_of_the_ratio_and_one_of_the_value_are_judged_each_in_its_own_way():
    assert [row.met for row in ROWS] == [True, False, None]
    assert ROWS[0].ratio == pytest.approx(0.5)
    missing = Row(name="x", value=1, unit="ms", reference=None, reach=("ratio", "least", 0.5))
    assert missing.met is None, "without a reference nothing can be said"


def test_the_bound_itself_is_reached():
    assert Row(name="x", value=12, unit="statements", reach=("value", "most", 12)).met is True
    assert Row(name="x", value=45, unit="r/s", reference=100, reach=("ratio", "least", 0.45)).met is True


def test_the_table_has_a_line_for_each_row_and_says_no_aloud():
    lines = table(ROWS).splitlines()
    assert len(lines) == 2 + len(ROWS)
    assert lines[0].split() == ["job", "figure", "reference", "ratio", "reach", "met"]
    assert lines[2].split() == ["save", "900", "requests/s", "1,800", "0.50", ">=", "0.45", "x", "yes"]
    assert lines[3].endswith("NO")
    assert lines[4].endswith("–")


def test_columns_stay_in_line_with_wide_signs():
    rows = [Row(name="开始考试", value=1, unit="ms"), Row(name="start ex", value=1, unit="ms")]
    first, second = table(rows).splitlines()[2:]
    assert first.index("1 ms") + 4 == second.index("1 ms"), "a Chinese sign is two columns wide"


def test_the_json_has_exactly_the_agreed_names():
    values = json.loads(json.dumps(as_json(ROWS)))
    assert [set(value) for value in values] == [{"name", "value", "unit", "reference", "ratio", "reach", "met"}] * 3
    assert values[1] == {
        "name": "start, CPU",
        "value": 7.25,
        "unit": "ms",
        "reference": 1.0,
        "ratio": 7.25,
        "reach": "<= 5",
        "met": False,
    }
    assert values[2]["reference"] is values[2]["ratio"] is values[2]["reach"] is values[2]["met"] is None


def test_the_files_are_written_whole(tmp_path):
    json_path, svg_path = write_files(rows=ROWS, details=[{"job": "save"}], circumstances=WHEN, folder=tmp_path / "b")
    assert len(json.loads(json_path.read_text("utf-8"))) == 3
    assert ElementTree.fromstring(svg_path.read_text("utf-8")).tag.endswith("svg")
    assert json.loads((tmp_path / "b" / "details.json").read_text("utf-8"))["circumstances"]["machine"] == "2 cores"


def test_the_plot_shows_only_rows_with_a_reach_and_escapes_their_names():
    text = svg([*ROWS, Row(name="a < b", value=3, unit="ms", reach=("value", "most", 5))], WHEN)
    assert "a &lt; b" in text
    assert "home" not in text
    assert text.count('height="13"') == 3


def test_only_the_block_between_the_markers_is_replaced(tmp_path):
    path = tmp_path / "benchmarks.md"
    path.write_text(f"# Title\n\n{START}\nold\n{END}\n\nAfter.\n", encoding="utf-8")
    write_docs(rows=ROWS, circumstances=WHEN, path=path)
    write_docs(rows=ROWS, circumstances=WHEN, path=path)
    text = path.read_text("utf-8")
    assert text == f"# Title\n\n{START}\n{markdown(ROWS, WHEN)}\n{END}\n\nAfter.\n"
    assert "| save | 900 requests/s | 1,800 | 0.50 | >= 0.45 x | yes |" in text


def test_jobs_are_told_by_clients_and_other_measurements_left_out(tmp_path):
    path = tmp_path / "benchmarks.md"
    path.write_text(f"{START}\n{END}\n", encoding="utf-8")
    one = {"database": "postgresql", "job": "save", "p50_ms": 0.4, "p95_ms": 1.0, "p99_ms": 12.5, "cpu_ms": None}
    details = [one | {"clients": 16, "per_second": 2500.4}, one | {"clients": 1, "per_second": 1900.0}]
    details += [one | {"clients": 1, "per_second": 1, "database": "sqlite"}, {"job": "marked", "attempts": 9}]
    write_docs(rows=ROWS, circumstances=WHEN, path=path, details=details)
    *_head, first, second, third = path.read_text("utf-8").split("### By clients")[1].split(END)[0].strip().splitlines()
    assert first.startswith("| sqlite: save | 1 | 1 |")
    assert second.startswith("| postgresql: save | 1 | 1,900 |")
    assert third == "| postgresql: save | 16 | 2,500 | 0.4 | 1 | 12.5 | – |"


def test_a_document_without_markers_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "benchmarks.md"
    path.write_text("# Title\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"benchmarks\.md has no lines"):
        write_docs(rows=ROWS, circumstances=WHEN, path=path)
    assert path.read_text("utf-8") == "# Title\n"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (12, "12"), (1234.5, "1,234"), (0.4567, "0.457"), (34.56, "34.6"), (0, "0")]
)
def test_figures_keep_three_digits(value, text):
    assert figure(value) == text


def test_rounds_become_their_medians():
    def sample(rate: int, cpu: float | None) -> Sample:
        return Sample(requests=rate, seconds=1.0, p50_ms=rate / 10, p95_ms=2.0, p99_ms=3.0, cpu_ms=cpu)

    median = median_sample([sample(100, 1.0), sample(300, 3.0), sample(200, 9.0)])
    assert (median.per_second, median.p50_ms, median.cpu_ms, median.requests) == (200, 20.0, 3.0, 600)
    assert median_sample([sample(100, None)]).cpu_ms is None
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.99) == 4.0


def test_a_request_is_complete():
    text = http_request("PATCH", "/x", headers={"A": "b"}, body=b"{}", cookies="s=1").decode()
    assert text.startswith("PATCH /x HTTP/1.1\r\nHost: ")
    assert text.endswith("Cookie: s=1\r\nA: b\r\nContent-Length: 2\r\n\r\n{}")
    assert "Content-Length" not in http_request("GET", "/").decode()


def test_the_pgbench_script_holds_the_statement_of_a_save():
    marks = ", ".join(["%s"] * 13)
    lines = write_script(statement=f"\nUPDATE t\n   SET x = ({marks})\n").splitlines()
    assert lines[2] == "\\set seq :seq + 1"
    assert lines[3].startswith('UPDATE t SET x = (\'{"1": "\\"b\\""}\', :seq, now(), NULL, now() - interval ')
    assert ":attempt, :person, 1, :seq" in lines[3]
    assert lines[3].endswith(";")
    with pytest.raises(AssertionError, match="other parameters"):
        write_script(statement="UPDATE t SET x = %s")


def test_warming_asks_at_least_as_often_as_is_said_and_moves_the_clients_from_pass_to_pass():
    asked = []

    def ask(*, requests, clients, seconds):
        asked.append([(client, list(requests(client))) for client in range(clients)])

    warm_up(ask, lambda client: iter([f"{client}".encode()] * 1000), count=400, clients=16)
    assert len(asked) == WARM_PASSES
    assert sum(len(sent) for one in asked for _client, sent in one) == 448
    assert {one[0][1][0] for one in asked} == {b"0", b"4", b"8", b"12"}, "each connection asks for another learner"
