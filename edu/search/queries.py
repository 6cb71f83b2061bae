"""Searching a model that indexes `bigrams` with Wagtail's database backends."""

from typing import Any

from django.db.models import QuerySet
from wagtail.search.backends import get_search_backend

from edu.search.bigrams import query_terms


def search(queryset: QuerySet[Any], query: str, *, fields: list[str] | None = None) -> Any:
    """Return what of `queryset` holds every term of `query`, best first; nothing for a query without a word.

    `fields` defaults to ["bigrams"]: the model's SearchField over edu.search.bigrams.index_text.
    """
    terms = query_terms(query)
    if not terms:
        return queryset.none()
    return get_search_backend().search(" ".join(terms), queryset, fields=fields or ["bigrams"], operator="and")
