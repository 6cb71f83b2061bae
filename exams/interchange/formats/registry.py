"""The formats there are: every module of this package that has a FORMAT. A further format is one more module."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from exams.interchange import formats
from exams.interchange.formats.base import Format, Source, UnreadableFile, gettext_noop


@cache
def list_formats() -> Mapping[str, Format]:
    """Return all formats by name, in the order they are offered; the modules are loaded at the first call."""
    modules = (import_module(f"{formats.__name__}.{found.name}") for found in pkgutil.iter_modules(formats.__path__))
    known = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return MappingProxyType({entry.name: entry for entry in sorted(known, key=lambda entry: (entry.order, entry.name))})


def get_format(name: str, /) -> Format:
    """Return a format by its name; UnreadableFile when there is none."""
    try:
        return list_formats()[name]
    except KeyError:
        raise UnreadableFile(gettext_noop("There is no format %(name)s."), {"name": name}) from None


def find_format(source: Source, /) -> Format:
    """Return the format that fits the file best; UnreadableFile when none does."""
    head = source.head()
    name = source.name.lower()
    best = max(list_formats().values(), key=lambda entry: entry.detect(name, head))
    if best.detect(name, head) <= 0:
        raise UnreadableFile(gettext_noop("This kind of file is not known. Choose its format, or save it as .xlsx."))
    return best
