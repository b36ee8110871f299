"""The files that a page carries: the model in several formats, to download from within it."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from dataclasses import dataclass

from crn2sbml.chemistry.crn import Crn
from crn2sbml.chemistry.lab_units import LabUnits
from crn2sbml.errors import MissingDependencyError, UnsupportedError
from crn2sbml.exports import Study, to_copasi, to_csv_tables, to_omex
from crn2sbml.formats import to_antimony, to_sbml

MODEL = "model.xml"
SPECIES, REACTIONS = "species.csv", "reactions.csv"

# roadrunner, antimony and so tellurium need minutes for more than this.
MOST_LOADED = 5000


@dataclass(frozen=True, slots=True)
class Download:
    """A file in a page.

    Parameters
    ----------
    name : str
        Name of the file.
    about : str
        What the file is, in a few words.
    content : bytes
        Content of the file.
    folded : bool, default False
        Whether it holds the folded model, one data point, where the others hold all.
    """

    name: str
    about: str
    content: bytes
    folded: bool = False

    @property
    def packed(self) -> str:
        """The content, compressed and as letters; the same content gives the same text."""
        return pack(self.content)


def pack(content: bytes) -> str:
    """Compress bytes and write them as letters."""
    return base64.b64encode(gzip.compress(content, 6, mtime=0)).decode("ascii")


def make_downloads(study: Study, title: str) -> tuple[list[Download], list[str]]:
    """Write a model in the formats that people open.

    Parameters
    ----------
    study : Study
        The model, what to look at, the time to run, and the units of all files.
    title : str
        Title of the COMBINE archive.

    Returns
    -------
    downloads : list of Download
        The files that could be written.
    left_out : list of str
        Which files are not there, and why.
    """
    left_out: list[str] = []
    downloads = [*_plain_files(study.crn, study.units)]
    for name, write in _OTHERS.items():
        try:
            downloads.append(write(study, title))
        except (MissingDependencyError, UnsupportedError) as error:
            left_out.append(f"{name}: {error}")
    return downloads, left_out


def _plain_files(crn: Crn, units: LabUnits | None) -> Iterator[Download]:
    tables = to_csv_tables(crn, units)
    yield Download(MODEL, "SBML, for nearly every simulator", to_sbml(crn, units=units).encode())
    yield Download(SPECIES, "table of all species", tables["species"].encode())
    yield Download(REACTIONS, "table of all reactions", tables["reactions"].encode())


def _antimony(study: Study, title: str) -> Download:
    if len(study.crn.reactions) > MOST_LOADED:
        raise UnsupportedError(
            f"programs that read Antimony take minutes for more than {MOST_LOADED:,} reactions"
        )
    text = to_antimony(study.crn, units=study.units)
    return Download("model.ant", "Antimony, to read and edit as text", text.encode())


def _copasi(study: Study, title: str) -> Download:
    content, folded = to_copasi(study)
    about = "COPASI file, its tasks and plot set up"
    about += "; folded, so that it holds one data point" if folded else ""
    return Download("model.cps", about, content, folded)


def _archive(study: Study, title: str) -> Download:
    archive = to_omex(study, title=title)
    return Download("model.omex", "COMBINE archive: model, simulation, tables", archive)


# Files that not every model and every installation can have.
_OTHERS = {"model.ant": _antimony, "model.cps": _copasi, "model.omex": _archive}
