"""What a filter form holds, for the bar that folds it away on a phone."""

from typing import Any

from django import forms, template

register = template.Library()


@register.filter
def active_count(form: forms.BaseForm) -> int:
    """Return how many visible fields narrow the list; the first choice of a select is the one that narrows nothing."""
    return sum(1 for field in form.visible_fields() if _narrows(field))


def _narrows(field: Any) -> bool:
    value = field.value()
    if value in (None, "", [], False):
        return False
    chosen = str(value)
    choices = getattr(field.field, "choices", None)
    first = next(iter(choices), None) if choices is not None else None
    return chosen != str(field.initial) and (first is None or chosen != str(first[0]))
