"""Addresses of the site as the resolver knows them, so that a new one is tested unasked."""

import re
from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver

Address = tuple[str, str, list[str]]
"""Path, name with namespace, and the names of its ids."""
ID = re.compile(r"<uuid(?:str)?:(\w+)>")


def patterns(resolver=None, prefix: str = "", namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str, str]]:
    """Return (path, name, innermost namespace, module of the view) of every address below a resolver."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path, (*namespaces, entry.namespace) if entry.namespace else namespaces)
        elif isinstance(entry, URLPattern):
            yield path, entry.name or "", namespaces[-1] if namespaces else "", entry.callback.__module__


def filled(path: str, ids: Mapping[str, object]) -> str:
    """Return an address with its ids put in, by parameter name; what is no id gets something harmless."""
    path = ID.sub(lambda found: str(ids[found.group(1)]), path)
    return "/" + re.sub(r"<str:format>", "json", re.sub(r"<int:\w+>", "1", path))


def with_ids(*, module: str = "", without: tuple[str, ...] = (), prefixes: tuple[str, ...] = ()) -> list[Address]:
    """Return all addresses with an id whose view lies in a module (but for the namespaces `without`) or that begin with
    one of these prefixes.
    """
    found = []
    for path, name, namespace, place in patterns():
        names = ID.findall(path)
        is_ours = bool(module) and place.startswith(module) and namespace not in without
        if names and (is_ours or path.startswith(prefixes or ("\0",))):
            found.append((path, f"{namespace}:{name}", names))
    return found
