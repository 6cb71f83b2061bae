"""Loading much that stays, without the garbage collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Leave garbage alone while much is loaded that stays, and never look at what is there at the end again.

    The collector would go through all of it several times while it grows, and once in a while ever after, in the middle
    of a request: a million objects, of which none is garbage.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
