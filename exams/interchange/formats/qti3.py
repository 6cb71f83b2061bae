"""QTI 3.0: single files and content packages, read and written. Any QTI file of another version is read as well."""

from exams.interchange.formats.base import Format, gettext_noop
from exams.interchange.formats.qti.detection import fits_version_3
from exams.interchange.formats.qti.reader import read_qti
from exams.interchange.formats.qti.writer import write_package

FORMAT = Format(
    name="qti3",
    label=gettext_noop("QTI 3.0"),
    endings=(".zip", ".xml"),
    detect=fits_version_3,
    read=read_qti,
    write=write_package,
    order=80,
)
