"""COMBINE archives: the model, a simulation of it, tables and metadata in one file.

The archive itself is written here, a zip with a manifest: libcombine and COPASI's library crash
Python when a process loads both.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from crn2sbml._support.files import atomic_write, check_output
from crn2sbml._support.optional import load_library
from crn2sbml.chemistry.reaction import check_label
from crn2sbml.construction.explanation import PAPER_RESOURCE
from crn2sbml.errors import FileError
from crn2sbml.exports.study import Study
from crn2sbml.exports.tables import to_csv_tables
from crn2sbml.formats import to_sbml
from crn2sbml.formats.sbml.elements import LEVEL_3_VERSION_1

MODEL, SIMULATION, METADATA = "model.xml", "simulation.sedml", "metadata.rdf"

_POINTS = 500
_CVODE, _RELATIVE, _ABSOLUTE = "KISAO:0000019", "KISAO:0000209", "KISAO:0000211"
# Concentrations near 0 must not slip below it.
_TOLERANCES = {_RELATIVE: "1e-8", _ABSOLUTE: "1e-16"}
# libcombine, and so tellurium, does not know Level 1 Version 4 of SED-ML by its own name.
_KINDS = {
    ".xml": "http://identifiers.org/combine.specifications/sbml.level-3.version-1",
    ".sedml": "http://identifiers.org/combine.specifications/sed-ml",
    ".rdf": "http://identifiers.org/combine.specifications/omex-metadata",
    ".csv": "http://purl.org/NET/mediatypes/text/csv",
    ".svg": "http://purl.org/NET/mediatypes/image/svg+xml",
    ".png": "http://purl.org/NET/mediatypes/image/png",
    ".md": "http://purl.org/NET/mediatypes/text/markdown",
}
_MANIFEST = "http://identifiers.org/combine.specifications/omex-manifest"
_OMEX = "http://identifiers.org/combine.specifications/omex"
_MASTER = ' master="true"'
_OTHER_KIND = "http://purl.org/NET/mediatypes/application/octet-stream"


def to_sedml(study: Study, model: str = MODEL) -> str:
    """Describe a simulation of a reaction network in SED-ML (Level 1 Version 4).

    Parameters
    ----------
    study : Study
        The reaction network, what to plot, and the time to run.
    model : str, default "model.xml"
        File name of the SBML model beside it, which is in the units of the study.

    Returns
    -------
    str
        A time course for the duration of the study, a plot of its answers, or else of its outputs,
        and a report of their data.

    Raises
    ------
    MissingDependencyError
        If python-libsedml is not installed.
    """
    libsedml = load_libsedml()
    document = libsedml.SedDocument(1, 4)
    document.getNamespaces().add(LEVEL_3_VERSION_1.namespace, "sbml")
    described = document.createModel()
    described.setId("model")
    described.setLanguage("urn:sedml:language:sbml.level-3.version-1")
    described.setSource(model)
    _add_time_course(document, study.run_time)
    plot, report = document.createPlot2D(), document.createReport()
    plot.setId("outputs")
    plot.setName("Outputs over time")
    report.setId("data")
    report.setName("Outputs over time")
    _add_generator(libsedml, document, "time", "time", symbol="urn:sedml:symbol:time")
    _add_data_set(report, "time", "time")
    for identifier, name in _curves(study).items():
        _add_generator(
            libsedml, document, f"of_{identifier}", name, target=_path(study, identifier)
        )
        curve = plot.createCurve()
        curve.setId(f"curve_{identifier}")
        curve.setName(name)
        curve.setXDataReference("time")
        curve.setYDataReference(f"of_{identifier}")
        _add_data_set(report, f"of_{identifier}", name)
    return str(libsedml.writeSedMLToString(document))


def _curves(study: Study) -> dict[str, str]:
    """Return the names of what is plotted by its ids, as they stand in the model."""
    if study.answers:
        return study.curves
    names = {s.id: s.name or s.id for s in study.crn.species}
    return {species: names[species] for species in study.outputs}


def _path(study: Study, identifier: str) -> str:
    kind = ("listOfParameters", "parameter") if study.answers else ("listOfSpecies", "species")
    return f"/sbml:sbml/sbml:model/sbml:{kind[0]}/sbml:{kind[1]}[@id='{identifier}']"


def _add_time_course(document: Any, duration: float) -> None:
    course = document.createUniformTimeCourse()
    course.setId("time_course")
    course.setInitialTime(0.0)
    course.setOutputStartTime(0.0)
    course.setOutputEndTime(duration)
    course.setNumberOfSteps(_POINTS)
    algorithm = course.createAlgorithm()
    algorithm.setKisaoID(_CVODE)
    for kind, value in _TOLERANCES.items():
        parameter = algorithm.createAlgorithmParameter()
        parameter.setKisaoID(kind)
        parameter.setValue(value)
    task = document.createTask()
    task.setId("task")
    task.setModelReference("model")
    task.setSimulationReference("time_course")


def _add_generator(
    libsedml: Any, document: Any, identifier: str, name: str, symbol: str = "", target: str = ""
) -> None:
    generator = document.createDataGenerator()
    generator.setId(identifier)
    generator.setName(name)
    variable = generator.createVariable()
    variable.setId(f"value_{identifier}")
    variable.setTaskReference("task")
    if symbol:
        variable.setSymbol(symbol)
    else:
        variable.setTarget(target)
    generator.setMath(libsedml.parseFormula(f"value_{identifier}"))


def _add_data_set(report: Any, generator: str, label: str) -> None:
    data = report.createDataSet()
    data.setId(f"data_{generator}")
    data.setLabel(label)
    data.setDataReference(generator)


def to_omex(
    study: Study,
    *,
    title: str | None = None,
    creators: Sequence[str] = (),
    attachments: Mapping[str, bytes] | None = None,
) -> bytes:
    """Pack a reaction network into a COMBINE archive (``.omex``).

    Parameters
    ----------
    study : Study
        The reaction network, what to plot, the time to run, and the units of all that.
    title : str, optional
        Title of the archive; the name of the reaction network unless given.
    creators : sequence of str
        Names of the people who made it.
    attachments : mapping of str to bytes, optional
        Further files by their names within the archive, such as a picture.

    Returns
    -------
    bytes
        The content of the file; the same arguments give the same bytes.

    Raises
    ------
    FileError
        If an attachment's name leads out of the archive or is taken.
    MissingDependencyError
        If python-libsedml is not installed.

    Notes
    -----
    It holds the SBML model, its simulation in SED-ML, both tables as CSV, and metadata with the
    citation of the paper.
    """
    for text, what in ((title, "the title"), *((name, "a creator") for name in creators)):
        check_label(text, what)
    tables = to_csv_tables(study.crn, study.units)
    model = to_sbml(study.crn, units=study.units, answers=bool(study.answers))
    files = {
        MODEL: model.encode(),
        SIMULATION: to_sedml(study).encode(),
        METADATA: _metadata(title or study.crn.name, creators).encode(),
        **{f"{name}.csv": text.encode() for name, text in tables.items()},
    }
    for name, content in (attachments or {}).items():
        _check_name(name, files)
        files[name] = content
    return _pack(files)


def save_omex(
    study: Study,
    path: str | Path,
    overwrite: bool = False,
    *,
    title: str | None = None,
    creators: Sequence[str] = (),
    attachments: Mapping[str, bytes] | None = None,
) -> None:
    """Write a reaction network as a COMBINE archive (``.omex``).

    Parameters
    ----------
    study, title, creators, attachments
        See :func:`to_omex`.
    path : str or Path
        File to write; a half-written file is never left behind.
    overwrite : bool, default False
        Replace an existing file.

    Raises
    ------
    FileError
        If the file exists (without `overwrite`), cannot be written, or an attachment's name leads
        out of the archive or is taken.
    MissingDependencyError
        If python-libsedml is not installed.
    """
    check_output(path, overwrite)
    packed = to_omex(study, title=title, creators=creators, attachments=attachments)
    with atomic_write(path, overwrite) as stream:
        stream.write(packed)


def _check_name(name: str, taken: Mapping[str, bytes]) -> None:
    parts = PurePosixPath(name)
    if not name or parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name:
        raise FileError(
            f"the attachment {name!r} would lie outside of the archive; use a plain name such as "
            f"picture.png"
        )
    if name in taken:
        raise FileError(f"the archive has a file {name!r} already; choose another name")


def _pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files with a manifest; the dates of entries stay at zip's first."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"manifest.xml": _manifest(files).encode(), **files}.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _manifest(files: Mapping[str, bytes]) -> str:
    entries = [(".", _OMEX, False), ("./manifest.xml", _MANIFEST, False)]
    for name in files:
        kind = _KINDS.get(PurePosixPath(name).suffix, _OTHER_KIND)
        entries.append((f"./{name}", kind, name == SIMULATION))
    contents = "".join(
        f"  <content location={quoteattr(location)} format={quoteattr(kind)}"
        f"{_MASTER if master else ''}/>\n"
        for location, kind, master in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<omexManifest xmlns="{_MANIFEST}">\n{contents}</omexManifest>\n'
    )


def _metadata(title: str, creators: Sequence[str]) -> str:
    people = "".join(
        f"<dc:creator><rdf:Description><foaf:name>{escape(name)}</foaf:name></rdf:Description>"
        f"</dc:creator>"
        for name in creators
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/terms/" xmlns:foaf="http://xmlns.com/foaf/0.1/" '
        'xmlns:bqmodel="http://biomodels.net/model-qualifiers/">\n'
        f'<rdf:Description rdf:about="."><dc:title>{escape(title)}</dc:title>{people}'
        f'<bqmodel:isDescribedBy rdf:resource="{PAPER_RESOURCE}"/></rdf:Description>\n'
        "</rdf:RDF>\n"
    )


def load_libsedml() -> Any:
    """Import the library of SED-ML, or say which extra brings it."""
    return load_library("libsedml", "COMBINE archives", "omex")
