"""Files and archives without dates, so that the same content gives the same bytes."""

from __future__ import annotations

import re
import zipfile
from typing import IO

_DATE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NO_DATE = b"1980-01-01T00:00:00Z"


def without_dates(content: bytes) -> bytes:
    """Return the content of a file with the same date and time in place of each that it holds."""
    return _DATE.sub(_NO_DATE, content)


def copy_without_dates(source: IO[bytes], target: IO[bytes]) -> None:
    """Copy a zip archive with its entries in order and their dates, and a workbook's, removed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = without_dates(content)
            new.writestr(zipfile.ZipInfo(entry.filename), content, zipfile.ZIP_DEFLATED)
