"""Reading the demo's content files: YAML beside this module, times relative to the day of loading."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent / "content"
_OFFSET = re.compile(r"([+-]?\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def read(*names: str) -> Any:
    """Return one content file by its path below content/, without the ending."""
    path = FOLDER.joinpath(*names[:-1], f"{names[-1]}.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_questions(subject: str) -> list[dict[str, Any]]:
    """Return every question record of a subject, in the order of its files."""
    single = FOLDER / subject / "questions.yaml"
    paths = [single] if single.exists() else sorted((FOLDER / subject / "questions").glob("*.yaml"))
    return [record for path in paths for record in yaml.safe_load(path.read_text(encoding="utf-8"))]


def moment(text: str, *, now: datetime) -> datetime:
    """Return the moment that "-7d", "+60d" or "+3h" means, on the full hour; ValueError for anything else."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        message = f"not a relative time: {text!r}"
        raise ValueError(message)
    amount, unit = match.groups()
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(**{_UNITS[unit]: int(amount)})
