"""Draws one SVG picture: a program of its own, so that a drawing without end costs a bounded time and memory.

Run by svg_pictures.py with the width in pixels and the font's file; the drawing comes in, a PNG goes out. Nothing of
Django is loaded.
"""

import contextlib
import sys

SECONDS, BYTES = 2, 1 << 30
"""Processor time and memory that a drawing may take."""


def main() -> None:
    """Read an SVG from standard input and write a PNG; ends with an error for what cannot be drawn."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # where the system has no such limits, a clock ends it
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    import resvg_py

    width, font = int(sys.argv[1]), sys.argv[2]
    family = "Noto Serif SC"
    png = resvg_py.svg_to_bytes(
        svg_string=sys.stdin.buffer.read().decode(),
        width=width,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=[font],
        font_family=family,
        serif_family=family,
        sans_serif_family=family,
        monospace_family=family,
        cursive_family=family,
        fantasy_family=family,
    )
    sys.stdout.buffer.write(bytes(png))


if __name__ == "__main__":
    main()
