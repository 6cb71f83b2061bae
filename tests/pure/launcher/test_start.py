import ast
import os
import subprocess
import sys
from pathlib import Path

import edu.launcher

LAUNCHER = Path(edu.launcher.__file__).parent


def test_entry_parses_on_old_pythons():
    ast.parse((LAUNCHER / "start.py").read_text("utf-8"), feature_version=(3, 4))


def test_launcher_imports_only_the_standard_library_and_itself():
    for path in LAUNCHER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                assert name.partition(".")[0] in sys.stdlib_module_names, f"{path.name} imports {name}"


def test_command_failure_is_one_sentence_without_a_traceback():
    done = subprocess.run(
        [sys.executable, str(LAUNCHER / "start.py"), "run"],
        env={**os.environ, "PORT": "no-port"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "PORT=no-port is not a port" in done.stderr
