"""Imported networks in every form of a file, and what each tool answers by the user's own names."""

import functools
import io
import itertools
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import antimony
import basico
import libsbml
import numpy as np
import roadrunner

from crn2sbml import LabUnits, settling_time, to_antimony, to_sbml
from crn2sbml.exports import make_study, to_omex
from crn2sbml.importers import LoadedNetwork, from_weights
from tests.interop.in_tellurium import answers_of_archive, answers_of_sbml
from tests.interop.matrix import RELATIVE, in_another_process

# Settled, so much nearer than what is asked of the tools.
_SETTLED = 1e-9


@functools.cache
def imported(kind: str) -> LoadedNetwork:
    """A regression with answers of either sign, and a classifier of three classes."""
    rng = np.random.default_rng(5)
    outputs = ["growth, h-1", "yield"] if kind == "regression" else None
    weights = {
        "0.weight": rng.normal(size=(4, 3)),
        "0.bias": rng.normal(size=4),
        "2.weight": rng.normal(size=(2 if kind == "regression" else 3, 4)),
        "2.bias": rng.normal(size=2 if kind == "regression" else 3),
    }
    return from_weights(
        weights,
        "0,relu,2" + ("" if kind == "regression" else ",softmax"),
        accuracy=0.05,
        input_names=["temperature", "pH", "time"],
        output_names=outputs or ["healthy", "stage I", "stage II"],
        input_range=([-3.0, 0.0, 0.0], [5.0, 14.0, 3.0]),
    )


ROW = [-1.5, 7.0, 0.25]


@dataclass(frozen=True)
class Case:
    """One form of one network."""

    kind: str
    encoding: str
    units: tuple[str, str] | None
    form: str

    def __str__(self) -> str:
        return f"{self.kind}, {self.encoding}, {self.form}, {self.units or 'dimensionless'}"

    @property
    def lab(self) -> LabUnits | None:
        return None if self.units is None else LabUnits.parse(*self.units)

    def crn(self):
        return imported(self.kind).compile(self.encoding, ROW)

    @property
    def duration(self) -> float:
        loaded = imported(self.kind)
        time = settling_time(loaded.network, loaded.encode([ROW]), _SETTLED)[0]
        return float(time * (1.0 if self.lab is None else self.lab.time))

    @property
    def tolerance(self) -> float:
        """The absolute tolerance of a simulator, in the units of the file."""
        return 1e-16 * (1.0 if self.lab is None else self.lab.concentration)

    def sbml(self) -> str:
        """The model as SBML, by way of the form."""
        if self.form == "Antimony":
            antimony.clearPreviousLoads()
            text = to_antimony(self.crn(), units=self.lab)
            assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()
            return antimony.getSBMLString(self.crn().name)
        if self.form == "OMEX":
            with zipfile.ZipFile(io.BytesIO(self.archive())) as archive:
                return archive.read("model.xml").decode()
        return to_sbml(self.crn(), units=self.lab, level_version=LEVELS[self.form])

    def archive(self) -> bytes:
        return to_omex(make_study(self.crn(), units=self.lab))

    def expected(self) -> dict[str, float]:
        """What the network settles at, by the names of its outputs."""
        loaded = imported(self.kind)
        names = loaded.codec.decoder.names
        return dict(zip(names, loaded.outputs([ROW])[0].tolist(), strict=True))


LEVELS = {"L3V1": (3, 1), "L3V2": (3, 2), "L2V4": (2, 4)}
CASES = [
    Case(*parts)
    for parts in itertools.product(
        ("regression", "classification"),
        ("enzymatic", "absorbed"),
        (None, ("50 nM", "1 h"), ("0.2 uM", "3 min")),
        (*LEVELS, "Antimony", "OMEX"),
    )
]


def in_roadrunner(case: Case) -> dict[str, float]:
    runner = roadrunner.RoadRunner(case.sbml())
    runner.integrator.relative_tolerance = RELATIVE
    runner.integrator.absolute_tolerance = case.tolerance
    runner.simulate(0, case.duration, 2)
    return {name: runner[identifier] for identifier, name in named(case.sbml()).items()}


def in_copasi(case: Case) -> dict[str, float]:
    if case.form == "OMEX":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.omex"
            path.write_bytes(case.archive())
            model = basico.load_model(str(path))
    else:
        model = basico.load_model_from_string(case.sbml())
    try:
        basico.run_time_course(
            duration=case.duration,
            intervals=1,
            r_tol=RELATIVE,
            a_tol=case.tolerance,
            update_model=True,
            model=model,
        )
        return basico.get_parameters(model=model)["value"].to_dict()
    finally:
        basico.remove_datamodel(model)


def in_tellurium(case: Case) -> dict[str, float]:
    ids = named(case.sbml())
    if case.form == "OMEX":
        values = in_another_process(answers_of_archive, case.archive())
        return {name: values[f"of_{i}"] for i, name in ids.items() if f"of_{i}" in values}
    arguments = (case.sbml(), list(ids), case.duration, RELATIVE, case.tolerance)
    return dict(zip(ids.values(), in_another_process(answers_of_sbml, *arguments), strict=True))


def named(sbml: str) -> dict[str, str]:
    """The names of the parameters that rules change, by their ids, as libsbml reads them."""
    model = libsbml.readSBMLFromString(sbml).getModel()
    parameters = [model.getParameter(n) for n in range(model.getNumParameters())]
    return {p.getId(): p.getName() or p.getId() for p in parameters if not p.getConstant()}


TOOLS: dict[str, Callable[[Case], dict[str, float]]] = {
    "roadrunner": in_roadrunner,
    "COPASI": in_copasi,
    "tellurium": in_tellurium,
}
