from pathlib import Path

import pytest

from edu.launcher.browser_libraries import copy_files
from edu.launcher.environment import explain_failure, lacks_embedded_broker, without_package
from edu.launcher.paths import CannotStart
from edu.launcher.run import preparation_inputs

LOG = Path("var/log/setup.log")


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("error sending request for url", "could not be reached"),
        ("Temporary failure in name resolution ... from versions: none", "could not be reached"),
        ("ERROR: Could not find a version (from versions: none)", "could not be reached, or has no wheel"),
        ("because granian==2 has no wheels with a matching platform tag", "no ready-made wheel"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was locked"),
        ("npm error code EINTEGRITY", "not the one that was locked"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("something else", "Installing the Python environment failed"),
    ],
)
def test_failed_installation_says_what_to_do_and_where_the_log_is(output, said):
    sentence = explain_failure(output=output, log=LOG, what="the Python environment")
    assert said in sentence
    assert str(LOG) in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("system", "libc", "lacks"),
    [
        ("Linux", ("glibc", "2.36"), False),
        ("Linux", ("glibc", "2.28"), False),
        ("Linux", ("glibc", "2.17"), True),
        ("Linux", ("", ""), True),
        ("Darwin", ("", ""), False),
    ],
)
def test_embedded_broker_is_left_out_where_it_has_no_wheel(system, libc, lacks):
    assert lacks_embedded_broker(system=system, libc=libc) is lacks


def test_package_is_taken_out_of_a_lock_with_its_hashes():
    lock = "a==1 \\\n    --hash=sha256:1\nb==2 ; x \\\n    --hash=sha256:2\n    # via c\nbb==3\n"
    assert without_package(lock=lock, name="b") == "a==1 \\\n    --hash=sha256:1\nbb==3\n"


def test_browser_files_are_copied_without_their_source_maps(tmp_path):
    package = tmp_path / "package"
    (package / "dist" / "fonts").mkdir(parents=True)
    (package / "dist" / "a.js").write_text("code()\n//# sourceMappingURL=a.js.map\n")
    (package / "dist" / "fonts" / "f.woff2").write_bytes(b"\0font")
    copy_files(source=package, target=tmp_path / "out", patterns=("dist/a.js", "dist/fonts/*"))
    assert (tmp_path / "out" / "a.js").read_text().strip() == "code()"
    assert (tmp_path / "out" / "fonts" / "f.woff2").read_bytes() == b"\0font"


def test_browser_file_that_is_gone_stops_the_set_up(tmp_path):
    with pytest.raises(CannotStart, match=r"no longer has dist/a\.js"):
        copy_files(source=tmp_path, target=tmp_path / "out", patterns=("dist/a.js",))


def test_preparation_depends_on_migrations_messages_and_demo_only(tmp_path):
    wanted = ["edu/demo/course.md", "exams/migrations/0001_first.py", "locale/edu/zh_Hans/LC_MESSAGES/django.po"]
    others = ["exams/views.py", "locale/edu/zh_Hans/LC_MESSAGES/django.mo", "var/migrations/0001_x.py"]
    for name in (*wanted, *others):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert sorted(path.relative_to(tmp_path).as_posix() for path in preparation_inputs(tmp_path)) == wanted
