"""A content package: a zip with a manifest. Nothing is written to disk, and what is read is counted."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from exams.interchange.formats.base import UnreadableFile, gettext_noop
from exams.interchange.formats.qti.nodes import Node, iterate_xml, parse_xml, root_name
from exams.interchange.formats.qti.notes import clean_path

MAXIMUM_MEMBERS = 20_000
MAXIMUM_MEMBER = 64 * 1024 * 1024
MAXIMUM_XML = 16 * 1024 * 1024
MAXIMUM_TOTAL = 1024 * 1024 * 1024
MAXIMUM_RATIO = 1_000
MANIFEST = "imsmanifest.xml"

_NOT_A_ZIP = gettext_noop("This file is no readable zip archive.")
_TOO_MANY = gettext_noop("The package has more than %(count)s files.")
_TOO_LARGE = gettext_noop("The package unpacks to more than can be read.")
_ENCRYPTED = gettext_noop("The package is protected by a password.")


@dataclass(frozen=True)
class Resource:
    """A resource of the manifest: its identifier, type and file, and the record that our own writer keeps with it."""

    identifier: str
    type: str
    href: str
    record: str = ""


@dataclass
class Package:
    """The members of a zip by their path; `read` gives bytes, `manifest` says what they are."""

    archive: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    total: int = 0

    @property
    def names(self) -> list[str]:
        """The paths of all files but those a Macintosh adds."""
        return [name for name in self.members if not name.startswith("__MACOSX/") and "/._" not in f"/{name}"]

    def read(self, path: str, limit: int = MAXIMUM_MEMBER) -> bytes | None:
        """Return the bytes of a file, None when there is none or it is larger than the limit; UnreadableFile when the
        package as a whole unpacks to too much."""
        info = self.members.get(path)
        if info is None:
            info = self.members.get(path.lower())
        if info is None or info.file_size > limit:
            return None
        if info.flag_bits & 0x1:
            raise UnreadableFile(_ENCRYPTED)
        if info.compress_size and info.file_size / info.compress_size > MAXIMUM_RATIO and info.file_size > 1_000_000:
            raise UnreadableFile(_TOO_LARGE)
        try:
            with self.archive.open(info) as stream:
                data = stream.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, struct.error):
            return None
        if len(data) > limit:
            return None
        self.spend(len(data))
        return data

    def spend(self, size: int) -> None:
        """Count what was unpacked; UnreadableFile beyond MAXIMUM_TOTAL."""
        self.total += size
        if self.total > MAXIMUM_TOTAL:
            raise UnreadableFile(_TOO_LARGE)

    def open(self, path: str) -> IO[bytes] | None:
        """Open a file to be read in pieces."""
        info = self.members.get(path)
        if info is None or info.flag_bits & 0x1:
            return None
        if info.compress_size and info.file_size / info.compress_size > MAXIMUM_RATIO and info.file_size > 1_000_000:
            raise UnreadableFile(_TOO_LARGE)
        try:
            return self.archive.open(info)
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, struct.error):
            return None

    def root_of(self, path: str) -> str:
        """Return the name of the first element of a file, empty when it is no XML."""
        stream = self.open(path)
        if stream is None:
            return ""
        try:
            with stream:
                return root_name(stream.read(8192))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error):
            return ""

    def resources(self) -> Iterator[Resource]:
        """Yield the resources of all manifests; none where a manifest cannot be read."""
        for name in self.names:
            if name.rpartition("/")[2].lower() != MANIFEST:
                continue
            base = name.rpartition("/")[0]
            stream = self.open(name)
            if stream is None:
                continue
            for node in _resources_of(stream):
                if node.name == "resource":
                    href = node.get("href") or next((child.get("href") for child in node.find_all("file")), "")
                    path = clean_path(f"{base}/{href}") if href else ""
                    metadata = node.find("metadata")
                    kept = metadata.find("record") if metadata is not None else None
                    record = kept.text if kept is not None else ""
                    yield Resource(node.get("identifier"), node.get("type").lower(), path, record)

    def xml(self, path: str) -> Node | None:
        """Return the root of a file, None when it is missing or no XML."""
        data = self.read(path, MAXIMUM_XML)
        try:
            return None if data is None else parse_xml(data)
        except UnreadableFile:
            return None


def _resources_of(stream: IO[bytes]) -> Iterator[Node]:
    """Yield the resources of a manifest as far as it can be read."""
    with stream:
        try:
            for node, _ in iterate_xml(stream, lambda name: name == "resource"):
                yield node
        except (UnreadableFile, zipfile.BadZipFile, zlib.error, EOFError, OSError):
            return


def open_package(path: Path) -> Package:
    """Open a zip; UnreadableFile when it is none, too large, or protected."""
    try:
        archive: Any = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise UnreadableFile(_NOT_A_ZIP) from error
    infos = archive.infolist()
    if len(infos) > MAXIMUM_MEMBERS:
        archive.close()
        raise UnreadableFile(_TOO_MANY, {"count": MAXIMUM_MEMBERS})
    package = Package(archive)
    for info in infos:
        if not info.is_dir():
            package.members.setdefault(clean_path(info.filename), info)
    return package
