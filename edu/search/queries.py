"""Chinese-aware searching of any model that Wagtail indexes. Rooms index `document_text`, and ask with `search`."""

from typing import Any

from edu.search.bigrams import index_text, query_terms

MAX_RESULTS = 500
"""How many rows one search may find."""


def document_text(*parts: object) -> str:
    """Return what to index for a thing with these texts: bigrams, whole words, and each Chinese character alone.

    The single characters are there so that a query of one character is found too, in any database.
    """
    text = "\n".join(str(part) for part in parts if part)
    singles = dict.fromkeys(character for character in text if "\u3400" <= character <= "\u9fff")
    return f"{index_text(text)} {' '.join(singles)}".strip()


def search(*, queryset: Any, query: str, limit: int = MAX_RESULTS) -> list[Any]:
    """Return the rows of `queryset` in which every term of `query` is found, best first; none for an empty query.

    `queryset` is one of a model that Wagtail indexes and that has a SearchField giving `document_text`; it may be
    filtered by FilterFields only. At most `limit` rows.
    """
    terms = query_terms(query)
    if not terms:
        return []
    return list(queryset.search(" ".join(terms), operator="and")[:limit])
