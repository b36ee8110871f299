"""The model in a COMBINE archive (.omex): a zip with a manifest, made by anyone.

Nothing is unpacked to the disk. Names in the manifest are looked up among those in the archive and
lead nowhere else; sizes are bounded while it is read, whatever the archive says of them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from crn2sbml._support.archive import reading_errors
from crn2sbml._support.garbage import collection_paused
from crn2sbml.chemistry.crn import Crn
from crn2sbml.errors import FormatError, UnsupportedError
from crn2sbml.formats.sbml.document import Document
from crn2sbml.formats.sbml.parse import parse_sbml
from crn2sbml.formats.sbml.read import build_model
from crn2sbml.formats.sbml.xml import Element, Reader, shortened

_MANIFEST = "manifest.xml"
_PIECE = 1 << 20
_MOST_FILES = 10_000
_MOST_NAMED = 5
_TRUE = ("true", "1")


def load_omex(path: str | Path) -> Crn:
    """Read the reaction network of the SBML model in a COMBINE archive.

    Parameters
    ----------
    path : str or Path
        Archive of anyone; of several SBML models, the one that its manifest calls the master.

    Returns
    -------
    Crn
        See :func:`~crn2sbml.formats.from_sbml`.

    Raises
    ------
    FileError
        If the file is missing or cannot be read.
    FormatError
        If it is no COMBINE archive, or broken.
    UnsupportedError
        If it holds no SBML model or several, or one that is not of mass action.
    """
    with collection_paused():
        return build_model(parse_omex(path)).crn


def parse_omex(path: str | Path) -> Document:
    """Read what stands in the SBML model of a COMBINE archive.

    Raises
    ------
    FileError, FormatError, UnsupportedError
        As :func:`load_omex`.
    """
    name = _model_name(Path(path))
    return parse_sbml(_pieces(Path(path), name), f"{path} ({name})")


def model_in_omex(path: str | Path) -> bytes:
    """Return the SBML model of a COMBINE archive that :func:`parse_omex` has read."""
    return b"".join(_pieces(Path(path), _model_name(Path(path))))


def _pieces(path: Path, name: str) -> Iterator[bytes]:
    with reading_errors(path), zipfile.ZipFile(path) as archive, archive.open(name) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _model_name(path: Path) -> str:
    """Return the name that the SBML model has among the files of the archive."""
    with reading_errors(path, "; it must be a COMBINE archive"), zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if len(names) > _MOST_FILES:
        raise FormatError(f"{path} holds more than {_MOST_FILES:,} files")
    if _MANIFEST not in names:
        raise FormatError(f"{path} is no COMBINE archive: it holds no {_MANIFEST}")
    manifest = _Manifest()
    Reader(f"{path} ({_MANIFEST})", manifest).read(_pieces(path, _MANIFEST))
    models = manifest.masters if len(manifest.masters) == 1 else manifest.models
    if not models:
        raise UnsupportedError(f"{path} holds no SBML model")
    if len(models) > 1:
        some = shortened(", ".join(models[:_MOST_NAMED]))
        raise UnsupportedError(
            f"{path} holds {len(models):,} SBML models ({some}), and none is the master; unpack it "
            f"and name one"
        )
    if models[0] not in names:
        raise FormatError(f"{path} lacks {shortened(models[0])}, which its manifest names")
    return models[0]


class _Manifest:
    """Collects the SBML models that a manifest names."""

    def __init__(self) -> None:
        self.models: list[str] = []
        self.masters: list[str] = []

    def root(
        self, space: str, name: str, attributes: dict[str, str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Take the root element: what is in its name space counts."""
        return frozenset({space}), frozenset()

    def opened(self, element: Element, depth: int) -> None:
        """Take an entry."""
        told = element.attributes
        if element.tag != "content" or "sbml" not in told.get("format", "").lower():
            return
        name = str(PurePosixPath(unquote(told.get("location", "")))).lstrip("/")
        for names, counts in ((self.models, True), (self.masters, told.get("master") in _TRUE)):
            if counts and name not in names:
                names.append(name)

    def item(self, element: Element, parent: str) -> None:
        """Leave what is deeper alone."""
