"""Addresses of the site as the resolver knows them, so that a new one is tested unasked."""

import re
from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver

ID = re.compile(r"<uuid:(\w+)>|\{uuid:(\w+)\}")


def patterns(resolver=None, prefix: str = "", namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """Return (path, name, innermost namespace) of every address below a resolver."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path, (*namespaces, entry.namespace) if entry.namespace else namespaces)
        elif isinstance(entry, URLPattern):
            yield path, entry.name or "", namespaces[-1] if namespaces else ""


def filled(path: str, ids: Mapping[str, object]) -> str:
    """Return an address with its ids put in, by parameter name; what is no id gets something harmless."""
    path = ID.sub(lambda found: str(ids[found.group(1) or found.group(2)]), path)
    return "/" + re.sub(r"<str:format>", "json", re.sub(r"<int:\w+>", "1", path))


def with_ids(*namespaces: str, prefixes: tuple[str, ...] = ()) -> list[tuple[str, str, list[str]]]:
    """Return (path, name, names of the ids) of all addresses with an id in these namespaces or below these prefixes."""
    found = []
    for path, name, namespace in patterns():
        names = [one or other for one, other in ID.findall(path)]
        if names and (namespace in namespaces or path.startswith(prefixes or ("\0",))):
            found.append((path, f"{namespace}:{name}", names))
    return found
