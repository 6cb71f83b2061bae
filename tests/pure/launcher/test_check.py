from edu.launcher.check import Result, Step, Totals, _show, read_report, summarise


def test_report_counts_errors_as_failures(tmp_path):
    report = tmp_path / "r.xml"
    report.write_text('<testsuites><testsuite tests="10" failures="1" errors="2" skipped="3"/></testsuites>')
    assert read_report(report) == Totals(passed=4, failed=3, skipped=3)


def test_missing_report_counts_nothing(tmp_path):
    assert read_report(tmp_path / "none.xml") == Totals()


def test_last_line_is_the_plain_sum_and_failure_decides_the_exit_code(capsys):
    step = Step("pure tests", ["true"])
    good = [Result(step, 0, 1.0, Totals(2, 0, 1)), Result(Step("lint", ["true"]), 0, 1.0)]
    assert summarise(good, unmet=[], seconds=2) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 0 failed, 1 skipped"
    bad = [*good, Result(Step("types", ["false"]), 1, 1.0), Result(step, 1, 1.0, Totals(1, 2, 0))]
    assert summarise(bad, unmet=["not run: the browser journeys"], seconds=2) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "3 passed, 3 failed, 1 skipped"
    assert "not run: the browser journeys" in lines


def test_run_that_executed_no_test_has_failed(capsys):
    empty = [Result(Step("pure tests", ["true"]), 0, 1.0, Totals())]
    assert summarise(empty, unmet=[], seconds=1) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"


def test_what_did_not_run_or_needed_a_second_try_is_said_aloud(capsys):
    result = Result(Step("browser journeys", ["true"]), 0, 1.0, Totals(2, 0, 1))
    _show(result, "..R.\nRERUN tests/browser/test_a.py::test_b\nSKIPPED [1] no corpus\nPASSED tests/x.py::test_c\n")
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == ["RERUN tests/browser/test_a.py::test_b", "SKIPPED [1] no corpus"]
