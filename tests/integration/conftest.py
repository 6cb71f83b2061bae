"""What the integration tests share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogues():
    """Compile the message catalogues, so that the tests in Chinese read Chinese."""
    from django.conf import settings

    from edu.schema.translations import compile_catalogues

    compile_catalogues(paths=[Path(path) for path in settings.LOCALE_PATHS])


@pytest.fixture(autouse=True)
def source_language():
    """Begin every test in the language of the source, whatever page the one before it asked for last."""
    from django.conf import settings
    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        yield
