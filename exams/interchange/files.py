"""Files of imports and exports: in the storage, and for a while on this machine."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage


def keep_file(*, folder: str, ending: str, content: File) -> str:
    """Store a file under a name that nobody can guess; return that name."""
    return default_storage.save(f"{folder}/{uuid.uuid4()}{ending}", content)


def remove_file(name: str, /) -> None:
    """Remove a stored file; harmless when it is gone."""
    if name:
        default_storage.delete(name)


@contextmanager
def local_copy(name: str, /) -> Iterator[Path]:
    """Hold a stored file as a path of this machine; a storage elsewhere is copied for the time."""
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as target:
            with default_storage.open(name) as stored:
                for piece in stored.chunks():
                    target.write(piece)
            target.flush()
            yield Path(target.name)
    else:
        yield path
