"""What the integration tests share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogues():
    """Compile the message catalogues, so that the tests in Chinese read Chinese."""
    from django.conf import settings

    from edu.schema.translations import compile_catalogues

    compile_catalogues(paths=[Path(path) for path in settings.LOCALE_PATHS])
