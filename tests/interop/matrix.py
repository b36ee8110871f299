"""Every form of a model in every tool: whole trajectories against scipy."""

import functools
import importlib.metadata
import itertools
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import antimony
import basico
import numpy as np
import roadrunner
from crnsimulator import ReactionGraph, parse_crn_string
from scipy.integrate import solve_ivp
from sympy import lambdify

from crn2sbml import (
    Activation,
    LabUnits,
    NeuralNetwork,
    compile_network,
    to_sbml,
)
from crn2sbml.exports import to_nuskell
from tests.interop.in_tellurium import simulate

INPUTS = [0.5, 1.0]
DURATION, POINTS = 5.0, 41
RELATIVE, ABSOLUTE = 1e-12, 1e-16
LAB = LabUnits.parse("50 nM", "1 h")


@dataclass(frozen=True)
class Case:
    """One form of the model."""

    encoding: str
    order: int
    volume: float
    level_version: tuple[int, int]
    units: LabUnits | None

    def __str__(self) -> str:
        level, version = self.level_version
        kind = "dimensionless" if self.units is None else "nM and h"
        form = f"order {self.order}, volume {self.volume:g}, L{level}V{version}"
        return f"{self.encoding}, {form}, {kind}"

    @property
    def one(self) -> tuple[float, float]:
        """What a concentration of 1 and a time of 1 are in the file."""
        return (1.0, 1.0) if self.units is None else (self.units.concentration, self.units.time)

    def crn(self):
        network = NeuralNetwork.random((2, 3, 1), Activation(0.5, {self.order: 1.0}), rng=1)
        return compile_network(network, self.encoding, INPUTS)

    def sbml(self) -> str:
        return to_sbml(self.crn(), self.volume, level_version=self.level_version, units=self.units)


CASES = [
    Case(*parts)
    for parts in itertools.product(
        ("enzymatic", "absorbed", "folded"),
        (2, 3),
        (1.0, 2.0),
        ((3, 1), (3, 2), (2, 4)),
        (None, LAB),
    )
]


def reference(case: Case, times: np.ndarray | None = None) -> np.ndarray:
    """The dimensionless trajectory, by scipy, from the reactions."""
    times = np.linspace(0.0, DURATION, POINTS) if times is None else times
    crn = case.crn()
    nodes = [crn.species_index[s] for s in crn.dynamic_species]
    full = crn.initial_state

    def rate(_, x):
        full[nodes] = x
        return crn.right_hand_side(full)[nodes]

    start = crn.initial_state[nodes]
    run = solve_ivp(rate, (0, times[-1]), start, "LSODA", times, rtol=1e-12, atol=1e-14)
    return run.y.T


def _in_roadrunner(case: Case, text: str) -> np.ndarray:
    one, time = case.one
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance = RELATIVE
    runner.integrator.absolute_tolerance = ABSOLUTE * one
    columns = [f"[{species}]" for species in case.crn().dynamic_species]
    return runner.simulate(0, DURATION * time, POINTS, columns) / one


def in_roadrunner(case: Case) -> np.ndarray:
    return _in_roadrunner(case, case.sbml())


def in_copasi(case: Case) -> np.ndarray:
    one, time = case.one
    model = basico.load_model_from_string(case.sbml())
    try:
        table = basico.run_time_course(
            duration=DURATION * time,
            intervals=POINTS - 1,
            r_tol=RELATIVE,
            a_tol=ABSOLUTE,
            use_initial_values=True,
            use_sbml_id=True,
            model=model,
        )
    finally:
        basico.remove_datamodel(model)
    return table[list(case.crn().dynamic_species)].to_numpy() / one


@functools.cache
def _process_of_its_own() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))


def in_another_process(function, *arguments):
    return _process_of_its_own().submit(function, *arguments).result(timeout=120)


def in_tellurium(case: Case) -> np.ndarray:
    one, time = case.one
    columns = [f"[{species}]" for species in case.crn().dynamic_species]
    arguments = (case.sbml(), columns, DURATION * time, POINTS, RELATIVE, ABSOLUTE * one)
    return in_another_process(simulate, *arguments) / one


def through_antimony(case: Case) -> np.ndarray:
    """SBML to Antimony and back by antimony itself."""
    antimony.clearPreviousLoads()
    assert antimony.loadSBMLString(case.sbml()) >= 0, antimony.getLastError()
    text = antimony.getAntimonyString(None)
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()
    return _in_roadrunner(case, antimony.getSBMLString(case.crn().name))


def in_crnsimulator(case: Case) -> np.ndarray:
    """Nuskell's text, which knows no volume and no SBML level."""
    one, time = case.one
    crn = case.crn()
    reactions, species = parse_crn_string(to_nuskell(crn, case.units))
    names = sorted(species)
    constant = [species[name][0] == "constant" for name in names]
    variables, odes, _, _ = ReactionGraph(reactions).ode_system(names, constant)
    derivative = lambdify([variables], list(odes), "math")
    times = np.linspace(0.0, DURATION * time, POINTS)
    start = [species[name][1] for name in names]
    run = solve_ivp(
        lambda _, x: derivative(x), (0, times[-1]), start, "LSODA", times, rtol=1e-12, atol=1e-14
    )
    return run.y[[names.index(s) for s in crn.dynamic_species]].T / one


Tool = Callable[[Case], np.ndarray]
TOOLS: dict[str, tuple[Tool, str]] = {
    "roadrunner": (in_roadrunner, "libroadrunner"),
    "COPASI": (in_copasi, "python-copasi"),
    "tellurium": (in_tellurium, "tellurium"),
    "antimony's round trip": (through_antimony, "antimony"),
    "crnsimulator": (in_crnsimulator, "crnsimulator"),
}


def version(tool: str) -> str:
    return importlib.metadata.version(TOOLS[tool][1])


def deviation(case: Case, tool: str) -> float:
    """Largest distance to scipy over the whole trajectory, in dimensionless concentrations."""
    return float(np.abs(TOOLS[tool][0](case) - reference(case)).max())
