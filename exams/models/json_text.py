"""JSON as it is stored for every attempt: without spaces, and in a text column where it is read whole."""

import json
from typing import Any

from django.db import models


class CompactJSON(json.JSONEncoder):
    """JSON without a space after its commas and colons: what is stored for every attempt is stored often."""

    item_separator = ","
    key_separator = ":"


class JSONTextField(models.TextField):
    """A value kept as JSON in a text column, which takes half of what PostgreSQL's jsonb takes for a small list; no
    query looks into it."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """Return the value of a stored text."""
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        """Return the value of a text, or the value itself; ValueError for a text that is no JSON."""
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        """Return the text of a value."""
        return None if value is None else json.dumps(value, cls=CompactJSON, ensure_ascii=False)

    def value_to_string(self, obj: models.Model) -> str:
        """Return the text of a row's value, for dumps."""
        return self.get_prep_value(self.value_from_object(obj)) or ""
