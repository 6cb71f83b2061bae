"""How well a file fits a version of QTI, from its name and first bytes."""

from exams.interchange.formats.qti.nodes import root_name

_WRONG = {"assessmenttest", "assessmentsection", "manifest", "assessmentresult", "assessmentstimulus"}


def _is_zip(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def fits_version_1(name: str, head: bytes) -> float:
    """Return how surely it is QTI 1.2; a Canvas or Common Cartridge export says so by its ending."""
    if _is_zip(head):
        if name.endswith(".imscc") or b".xml.qti" in head:
            return 0.9
        return 0.5 if b"imsmanifest.xml" in head else 0.05 if name.endswith(".zip") else 0.0
    return 0.95 if root_name(head) == "questestinterop" else 0.0


def fits_version_2(name: str, head: bytes) -> float:
    """Return how surely it is QTI 2.x."""
    if _is_zip(head):
        return 0.55 if b"imsmanifest.xml" in head else 0.06 if name.endswith(".zip") else 0.0
    root = root_name(head)
    if b"<qti-" in head:
        return 0.2 if root == "assessmentitem" else 0.0
    return 0.95 if root == "assessmentitem" else 0.3 if root in _WRONG else 0.0


def fits_version_3(name: str, head: bytes) -> float:
    """Return how surely it is QTI 3.0; a package of an unknown version is read as one."""
    if _is_zip(head):
        return 0.6 if b"imsmanifest.xml" in head else 0.1 if name.endswith(".zip") else 0.0
    root = root_name(head)
    if b"qti-" not in head:
        return 0.1 if root == "assessmentitem" else 0.0
    return 0.95 if root == "assessmentitem" else 0.3 if root in _WRONG else 0.0
