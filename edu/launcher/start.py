"""Entry of the launcher: `python3 edu/launcher/start.py COMMAND`, called by the Makefile.

Runs on a bare Python before anything is installed, and parses on old Pythons far enough to say what is missing.
It loads its own folder as the package `launcher`, so that nothing of the platform is imported.
"""

import os
import sys

NEEDED = (3, 11)


def old_python_sentence(version):
    # type: (tuple[int, ...]) -> str | None
    """Return the one sentence for a Python older than 3.11, else None; `version` is a tuple as sys.version_info."""
    if tuple(version[:2]) >= NEEDED:
        return None
    # An f-string would not parse on the Pythons that this sentence is for.
    return (
        "Jinbang needs Python {}.{} or newer, but this is Python {}.{}: "
        "install a newer one and run the same command again."
    ).format(*(NEEDED + tuple(version[:2])))


def main():
    # type: () -> int
    """Load the launcher package from this folder and run the command named on the command line."""
    sentence = old_python_sentence(tuple(sys.version_info[:2]))
    if sentence is not None:
        sys.stderr.write(sentence + "\n")
        return 1
    import importlib.util

    here = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "launcher", os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["launcher"] = package
    spec.loader.exec_module(package)
    commands = importlib.import_module("launcher.commands")
    return int(commands.main(sys.argv[1:]))


if __name__ == "__main__":
    # The folder of a script is put first on the path, where our module names could hide others.
    sys.path.pop(0)
    sys.exit(main())
