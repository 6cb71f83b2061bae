"""Finds the values of template variables by the shortest way, with Django's own as the way for everything unusual.

A page looks up some hundred variables. Django asks each value for an item first and for an attribute when that fails,
which means an exception for every attribute of an object; and it prepares each text for output through five calls that
see whether it is lazy, a number or a date. Here a value that has no items is asked for the attribute at once, and a
plain text is escaped at once. What is to be called, is missing or raises is left to Django from the start, so that all
its rules hold.
"""

from html import escape
from typing import Any

from django.template.base import FilterExpression, Variable, VariableDoesNotExist, VariableNode, render_value_in_context
from django.template.context import Context
from django.utils.safestring import SafeString

_MISSING = object()


class QuickVariable(Variable):
    """A variable whose name begins in the context."""

    __slots__ = ()

    def _resolve_lookup(self, context: Any) -> Any:
        names: tuple[str, ...] = self.lookups or ()
        first = names[0]
        current: Any = _MISSING
        if isinstance(context, Context):
            for scope in reversed(context.dicts):
                if first in scope:
                    current = scope[first]
                    break
            else:
                raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (first, context))
        if current is _MISSING or callable(current):
            return super()._resolve_lookup(context)
        for name in names[1:]:
            kind = type(current)
            try:
                if kind is dict:
                    current = current[name]
                elif not hasattr(kind, "__getitem__"):
                    current = getattr(current, name)
                else:
                    try:
                        current = current[name]
                    except (TypeError, AttributeError, KeyError, ValueError, IndexError):
                        current = getattr(current, name)
            except KeyError:
                if kind is dict and not hasattr(dict, name) and not name.isdecimal():
                    raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (name, current)) from None
                return super()._resolve_lookup(context)
            except (TypeError, AttributeError):
                return super()._resolve_lookup(context)
            if callable(current):
                return super()._resolve_lookup(context)
        return current


class QuickVariableNode(VariableNode):
    """A variable that is written into the page."""

    def __init__(self, node: VariableNode) -> None:
        super().__init__(node.filter_expression)
        self.token, self.origin = node.token, node.origin

    def render(self, context: Context) -> str:
        """Return the value as a part of the page, escaped where it is not safe."""
        try:
            output = self.filter_expression.resolve(context)
        except UnicodeDecodeError:
            return ""
        kind = type(output)
        if kind is SafeString:
            return output  # type: ignore[no-any-return] # the kind was just seen
        if kind is str and context.autoescape:
            return SafeString(escape(output))
        return render_value_in_context(output, context)  # type: ignore[no-any-return] # Django is not typed here


def quicken(expression: FilterExpression) -> None:
    """Let the variables of an expression, and those that its filters take, be found by the shortest way."""
    variables = [expression.var, *(value for _function, values in expression.filters for _looks_up, value in values)]
    for variable in variables:
        if type(variable) is Variable and variable.lookups is not None:
            variable.__class__ = QuickVariable
