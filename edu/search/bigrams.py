"""Overlapping bigrams: how Chinese is indexed and asked for, without touching any search backend.

会计基础 is indexed as 会计 计基 基础 and, for queries of one character, 会 计 基 础; the query 会计基础 must find all
three bigrams. Latin words and numbers are kept whole.
"""

import re
import unicodedata

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"[{_CHINESE}]+|[^\W_{_CHINESE}]+")
_IS_CHINESE = re.compile(rf"[{_CHINESE}]")
MAX_TERMS = 32


def _runs(text: str) -> list[str]:
    """Return the words of `text`, folded by case and width, Chinese runs apart from others."""
    return _RUNS.findall(_folded(text))


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def index_text(text: str) -> str:
    """Return the terms under which `text` is found, separated by spaces."""
    runs = _runs(text)
    if text.isascii():
        return " ".join(runs)
    terms: list[str] = []
    for run in runs:
        if _IS_CHINESE.match(run):
            terms += [run[place : place + 2] for place in range(len(run) - 1)]
            terms += dict.fromkeys(run)
        else:
            terms.append(run)
    return " ".join(terms)


def query_terms(query: str) -> list[str]:
    """Return the terms that must all be found for `query`; empty when it holds no word. At most MAX_TERMS."""
    terms: list[str] = []
    for run in _runs(query):
        if _IS_CHINESE.match(run) and len(run) > 1:
            terms += [run[place : place + 2] for place in range(len(run) - 1)]
        else:
            terms.append(run)
    return list(dict.fromkeys(terms))[:MAX_TERMS]
