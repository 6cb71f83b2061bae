"""Texts of pure modules: marked where they stand, translated where somebody reads them."""


def gettext_noop(text: str, /) -> str:
    """Mark a text to be translated when it is shown; what is stored and compared stays the English source."""
    return text
