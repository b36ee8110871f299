"""The files that a page carries: the model in several formats, to download from within it."""

from __future__ import annotations

import base64
import gzip
from dataclasses import dataclass

from crn2sbml.chemistry.units import LabUnits
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
        Of the file.
    about : str
        What it is, in a few words.
    content : bytes
        Of the file.
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


def make_downloads(
    study: Study, units: LabUnits | None, title: str
) -> tuple[list[Download], list[str]]:
    """Write a model in the formats that people open.

    Parameters
    ----------
    study : Study
        The model.
    units : LabUnits or None
        To write it in; dimensionless for None.
    title : str
        Of the archive.

    Returns
    -------
    downloads : list of Download
        The files.
    left_out : list of str
        Which files are not there, and why.
    """
    tables = to_csv_tables(study.crn, units)
    found = [
        Download(
            MODEL, "SBML, for nearly every simulator", to_sbml(study.crn, units=units).encode()
        ),
        Download(SPECIES, "table of all species", tables["species"].encode()),
        Download(REACTIONS, "table of all reactions", tables["reactions"].encode()),
    ]
    left_out = []
    if len(study.crn.reactions) <= MOST_LOADED:
        try:
            text = to_antimony(study.crn, units=units).encode()
            found.append(Download("model.ant", "Antimony, to read and edit as text", text))
        except UnsupportedError as error:
            left_out.append(f"model.ant: {error}")
    else:
        left_out.append(
            f"model.ant: programs that read Antimony take minutes for more than {MOST_LOADED:,} "
            f"reactions"
        )
    try:
        content, folded = to_copasi(study, units)
        about = "COPASI file, its tasks and plot set up"
        about += "; folded, so that it holds one data point" if folded else ""
        found.append(Download("model.cps", about, content, folded))
    except (MissingDependencyError, UnsupportedError) as error:
        left_out.append(f"model.cps: {error}")
    try:
        archive = to_omex(study, units, title=title)
        found.append(Download("model.omex", "COMBINE archive: model, simulation, tables", archive))
    except MissingDependencyError as error:
        left_out.append(f"model.omex: {error}")
    return found, left_out
