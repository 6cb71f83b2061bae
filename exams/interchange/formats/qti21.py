"""QTI 2.1 / 2.2: single files and content packages. Reading only; any QTI file of another version is read as well."""

from exams.interchange.formats.base import Format, gettext_noop
from exams.interchange.formats.qti.detection import fits_version_2
from exams.interchange.formats.qti.reader import read_qti

FORMAT = Format(
    name="qti21",
    label=gettext_noop("QTI 2.1 / 2.2"),
    endings=(".zip", ".xml"),
    detect=fits_version_2,
    read=read_qti,
    order=81,
)
