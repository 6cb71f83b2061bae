"""Settings of the benchmarks: the embedded site in a temporary folder, with two empty answers beside its own pages."""

from edu.settings.embedded import *  # noqa: F403 - settings modules build on one another by design
from edu.settings.embedded import HOT_PATH_PREFIXES, LOGGING

ROOT_URLCONF = "benchmarks.urls"
HOT_PATH_PREFIXES = [*HOT_PATH_PREFIXES, "/benchmarks/hot/"]
DEMO_SIGN_IN = False

LOGGING = {**LOGGING, "root": {"handlers": ["console"], "level": "WARNING"}}
