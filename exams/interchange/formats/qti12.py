"""QTI 1.2: single files and content packages. Reading only; any QTI file of another version is read as well."""

from exams.interchange.formats.base import Format, gettext_noop
from exams.interchange.formats.qti.detection import fits_version_1
from exams.interchange.formats.qti.reader import read_qti

FORMAT = Format(
    name="qti12",
    label=gettext_noop("QTI 1.2"),
    endings=(".zip", ".xml", ".imscc", ".qti"),
    detect=fits_version_1,
    read=read_qti,
    order=82,
)
