"""Settings of the benchmarks: the embedded site in a temporary folder, with two empty answers beside its own pages.

On PostgreSQL connections are kept and checked as in production.
"""

from edu.settings.embedded import *  # noqa: F403 - settings modules build on one another by design
from edu.settings.embedded import DATABASES, HOT_PATH_PREFIXES, LOGGING

ROOT_URLCONF = "benchmarks.urls"
HOT_PATH_PREFIXES = [*HOT_PATH_PREFIXES, "/benchmarks/hot/"]
DEMO_SIGN_IN = False

if "postgresql" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

LOGGING["root"]["level"] = "WARNING"
