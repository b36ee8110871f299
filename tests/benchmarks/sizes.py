"""One input to its steady state, and loading, as networks grow: ours beside other ways to run it.

Every contestant settles the same inputs (like images: one number in five not 0) to a measured error
of 1e-6, the largest distance to the closed form over all nodes and inputs, on one thread. Ours
chooses for itself and proves its error in that time. The others run at the cheapest settings found
on these very inputs: scipy with an analytic Jacobian as in `peers.tuned`, roadrunner and COPASI at
the cheapest of some tolerances (absolute a tenth of relative), each with the shortest end time that
reaches this error.

- roadrunner takes the enzymatic model as it is, until loading it would take over two minutes. A run
  writes its inputs into the constant species.
- COPASI takes the folded model of one input, far smaller than the absorbed one. For another input
  a run writes the first layer's W d + beta into its rate constants, through the C++ classes and
  without output; where that changes sign, the constant is negative, which an ODE allows.
- The closed form is one batch, divided by its number of inputs: what the chemistry costs.

A run starts with the input as numbers and ends with all concentrations as numbers. Loading starts
with SBML in memory (ours: with the network) and ends where runs can begin; scipy loads nothing. It
is the first time that the process loads this model, after another one: roadrunner remembers what it
compiled, which makes a second time up to ten times as fast.
"""

import argparse
import itertools
import time
from multiprocessing import get_context
from pathlib import Path

import COPASI
import numpy as np
import roadrunner
from matplotlib.figure import Figure

from crn2sbml import NeuralNetwork, Simulator, compile_network, to_sbml
from crn2sbml._support.blas import one_blas_thread
from crn2sbml.plots import save_figure
from tests.benchmarks.common import heading, median_ratio, row, take_turns
from tests.benchmarks.peers import TUNING_ROWS, Peer, settled_at, tuned

SIZES = (
    (8, 4, 2),
    (16, 8, 4),
    (32, 16, 10),
    (64, 32, 10),
    (128, 40, 10),
    (784, 40, 10),
    (784, 160, 10),
)
QUICK = SIZES[:3]
ERROR = 1e-6
RUNS = 50
ROUNDS = 7
BATCHES = 20  # of the closed form in a round, since one is too short to time
# Seconds that loading may take, foretold from the size before by its growth with the square.
PATIENCE = 120.0
SMALL = (2, 2, 1)
# A looser one makes a solver of high order wander about its steady state, a tighter one only costs.
TOLERANCES = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
ABSOLUTE_TO_RELATIVE = 0.1

OURS = "crn2sbml"
ENZYMATIC = "roadrunner, enzymatic model"
FOLDED = "COPASI, folded model"
SOLVERS = ("odeint", "solve_ivp(LSODA)")
CLOSED = "closed form, one batch"
# Okabe and Ito's colours, as in crn2sbml.plots.
STYLES = {
    OURS: ("#0072B2", "o-"),
    ENZYMATIC: ("#D55E00", "s-"),
    FOLDED: ("#009E73", "^-"),
    "scipy odeint": ("#CC79A7", "D-"),
    "scipy solve_ivp(LSODA)": ("#E69F00", "v-"),
    CLOSED: ("#000000", "x--"),
}


class Loaded:
    """A simulator with a loaded model, which is used like a `Peer`."""

    settings = None

    def settle(self, inputs, settings):
        """The last states of the runs of all inputs."""
        return np.array([self.run(data, settings, [settings.t_end])[-1] for data in inputs])

    def run(self, data, settings, times):
        """The states at some times; nan where the integrator gave up."""
        if settings != self.settings:
            self.set_tolerances(settings)
            self.settings = settings
        self.start(data)
        return self.states(times)


class Roadrunner(Loaded):
    """The enzymatic model in roadrunner, at the settings with which it loads fastest."""

    def __init__(self, sbml, network):
        config = roadrunner.Config
        config.setValue(config.LLVM_BACKEND, config.LLJIT)
        config.setValue(config.LLJIT_OPTIMIZATION_LEVEL, config.NONE)
        config.setValue(config.ROADRUNNER_DISABLE_PYTHON_DYNAMIC_PROPERTIES, True)
        self.instance = roadrunner.RoadRunner(sbml)
        self.model, self.integrator = self.instance.model, self.instance.integrator
        self.nodes = positions(node_ids(network), self.model.getFloatingSpeciesIds())
        self.inputs = positions(input_ids(network), self.model.getBoundarySpeciesIds())
        self.beginning = np.ones(len(self.nodes))

    def set_tolerances(self, settings):
        self.integrator.relative_tolerance = settings.rtol
        self.integrator.absolute_tolerance = settings.atol

    def start(self, data):
        self.model.setBoundarySpeciesConcentrations(self.inputs, data)
        self.model.setFloatingSpeciesConcentrations(self.nodes, self.beginning)
        self.model.setTime(0.0)
        self.integrator.restart(0.0)

    def states(self, times):
        states = np.full((len(times), len(self.nodes)), np.nan)
        now = 0.0
        for state, moment in zip(states, times, strict=True):
            try:
                self.integrator.integrate(now, moment - now)
            except RuntimeError:
                break
            state[:] = self.model.getFloatingSpeciesConcentrations(self.nodes)
            now = moment
        return states


class Copasi(Loaded):
    """The folded model of one input in COPASI, with its rate constants rewritten for others."""

    def __init__(self, sbml, crn, network):
        self.data_model = COPASI.CRootContainer.addDatamodel()
        if not self.data_model.importSBMLFromString(sbml):
            raise RuntimeError("COPASI cannot load the model")
        model = self.data_model.getModel()
        known = {
            entity.getSBMLId(): entity
            for count, get in (
                (model.getNumMetabs(), model.getMetabolite),
                (model.getNumModelValues(), model.getModelValue),
            )
            for entity in map(get, range(count))
        }
        self.nodes = [known[identifier] for identifier in node_ids(network)]
        self.first = network.layers[0]
        found = drive_constants(crn, self.first.width)
        self.drives = [known[identifier] for identifier, _ in found]
        self.signs = np.array([sign for _, sign in found])
        self.container = model.getMathContainer()
        self.task = self.data_model.getTask("Time-Course")
        self.task.getProblem().setTimeSeriesRequested(False)

    def close(self):
        COPASI.CRootContainer.removeDatamodel(self.data_model)

    def set_tolerances(self, settings):
        method = self.task.getMethod()
        method.getParameter("Relative Tolerance").setDblValue(settings.rtol)
        method.getParameter("Absolute Tolerance").setDblValue(settings.atol)
        if not self.task.initializeRaw(COPASI.CCopasiTask.NO_OUTPUT):
            raise RuntimeError("COPASI cannot prepare its time course")

    def start(self, data):
        rho = self.first.weights.dot(data) + self.first.biases
        for drive, value in zip(self.drives, (self.signs * rho).tolist(), strict=True):
            drive.setInitialValue(value)
        # Takes 0.05 ms, where updateInitialValues would sort out all dependencies again in 30.
        self.container.fetchInitialState()
        self.task.processStart(True)

    def states(self, times):
        states = np.full((len(times), len(self.nodes)), np.nan)
        for state, moment in zip(states, times, strict=True):
            if not self.task.processStep(float(moment)):
                break
            self.container.pushAllTransientValues()
            state[:] = [node.getConcentration() for node in self.nodes]
        return states


def node_ids(network):
    return [
        f"X{layer}_{node}"
        for layer, width in enumerate(network.widths[1:], start=1)
        for node in range(1, width + 1)
    ]


def input_ids(network):
    return [f"X0_{number}" for number in range(1, network.widths[0] + 1)]


def positions(ids, known):
    index = {identifier: position for position, identifier in enumerate(known)}
    return np.array([index[identifier] for identifier in ids], dtype=np.int32)


def drive_constants(crn, width):
    """Each first node's rate constant of X -> 2X or X -> 0, with the sign of that term."""
    found = {
        reaction.reactants[0][0]: (reaction.rate, 1.0 if reaction.products else -1.0)
        for reaction in crn.reactions
        if len(reaction.reactants) == 1 and reaction.reactants[0][1] == 1
    }
    return [found[f"X1_{node}"] for node in range(1, width + 1)]


def timed(build):
    begin = time.perf_counter()
    result = build()
    return result, time.perf_counter() - begin


def seconds_of_simulator(widths):
    """Seconds to make ours in a process that has not made the same before."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(make_simulator, (widths,))


def make_simulator(widths):
    Simulator(NeuralNetwork.random(SMALL, rng=1))
    network = NeuralNetwork.random(widths, rng=1)
    return timed(lambda: Simulator(network))[1]


def warm_up():
    """Load a small model in each simulator: the first one in a process takes longer."""
    network = NeuralNetwork.random(SMALL, rng=1)
    Roadrunner(to_sbml(compile_network(network)), network)
    crn = compile_network(network, "folded", inputs=np.ones(SMALL[0]))
    Copasi(to_sbml(crn), crn, network).close()


def tuned_simulator(simulator, inputs, exact):
    """Return the settings that settled all inputs in the shortest time."""
    seconds = {}
    for rtol in TOLERANCES:
        some, atol = inputs[:TUNING_ROWS], rtol * ABSOLUTE_TO_RELATIVE
        for settings in settled_at(simulator, some, exact[: len(some)], ERROR, rtol, atol):
            begin = time.perf_counter()
            states = simulator.settle(inputs, settings)
            if np.abs(states - exact).max() <= ERROR:
                seconds[settings] = time.perf_counter() - begin
                break
    return min(seconds, key=seconds.get)


class Race:
    """All contestants on the network of one size."""

    def __init__(self, sizes, last_loading):
        rng = np.random.default_rng(0)
        self.network = NeuralNetwork.random(sizes, rng=1)
        dense = rng.random((RUNS, sizes[0]))
        self.inputs = dense * (rng.random(dense.shape) < 0.2)
        self.exact = np.hstack(self.network.activations(self.inputs))
        self.reactions = sum(
            2 * width * before + 4 * width for before, width in itertools.pairwise(sizes)
        )
        self.last_loading = last_loading  # reactions and seconds
        self.contestants, self.loading, self.remarks = {}, {}, {}

    def run(self):
        """Seconds of each contestant's single run, in each round."""
        self.add_ours()
        self.add_enzymatic()
        copasi = self.add_folded()
        self.add_scipy()
        self.contestants[CLOSED] = self.closed_form
        seconds = take_turns(self.contestants, ROUNDS)
        copasi.close()
        return {
            name: [each / RUNS / (BATCHES if name == CLOSED else 1) for each in times]
            for name, times in seconds.items()
        }

    def closed_form(self):
        for _ in range(BATCHES):
            self.network.forward(self.inputs)

    def add_ours(self):
        self.loading[OURS] = seconds_of_simulator(self.network.widths)
        simulator = Simulator(self.network)
        settled = simulator.steady_state(self.inputs, ERROR)
        error = np.abs(np.hstack(settled.activations) - self.exact).max()
        self.remarks[OURS] = f"error {error:.0e}, proven {settled.error_bound:.0e}"
        self.contestants[OURS] = lambda: simulator.steady_state(self.inputs, ERROR)

    def add_enzymatic(self):
        if self.last_loading is not None:
            reactions, seconds = self.last_loading
            predicted = seconds * (self.reactions / reactions) ** 2
            if predicted > PATIENCE:
                row(ENZYMATIC, "not loaded", f"it would take some {predicted:,.0f} s")
                return
        sbml = to_sbml(compile_network(self.network))
        simulator, seconds = timed(lambda: Roadrunner(sbml, self.network))
        self.last_loading = self.reactions, seconds
        self.add_simulator(ENZYMATIC, simulator, seconds)

    def add_folded(self):
        crn = compile_network(self.network, "folded", inputs=self.inputs[0])
        sbml = to_sbml(crn)
        simulator, seconds = timed(lambda: Copasi(sbml, crn, self.network))
        self.add_simulator(FOLDED, simulator, seconds)
        return simulator

    def add_simulator(self, name, simulator, seconds):
        self.loading[name] = seconds
        self.add_settled(name, simulator, tuned_simulator(simulator, self.inputs, self.exact))

    def add_scipy(self):
        for solver in SOLVERS:
            name = f"scipy {solver}"
            peer = Peer(solver, True, self.network)
            self.add_settled(name, peer, tuned(peer, self.inputs, self.exact, ERROR))

    def add_settled(self, name, peer, settings):
        error = np.abs(peer.settle(self.inputs, settings) - self.exact).max()
        self.remarks[name] = f"error {error:.0e}, {settings}"
        self.contestants[name] = lambda: peer.settle(self.inputs, settings)


def show(race, seconds):
    for name, times in seconds.items():
        ratio = median_ratio(times, seconds[OURS])
        row(
            f"{name}, each run",
            f"{1e3 * np.median(times):.4f} ms",
            f"{ratio:8.3f} times ours   {race.remarks.get(name, '')}",
        )
    for name, each in race.loading.items():
        row(f"{name}, to load", f"{each:.4f} s", f"{each / race.loading[OURS]:8.3f} times ours")


def show_growth(loading):
    """Print the exponent of the enzymatic model's time to load, from each size to the next."""
    points = [(reactions, each[ENZYMATIC]) for reactions, each in loading if ENZYMATIC in each]
    heading("How the time to load the enzymatic model into roadrunner grows")
    for (before, sooner), (after, later) in itertools.pairwise(points):
        exponent = np.log(later / sooner) / np.log(after / before)
        row(f"from {before:,} to {after:,} reactions", f"n^{exponent:.2f}")


def draw(names, running, loading):
    """Draw both times against size: lists of pairs of reactions and seconds by contestant."""
    figure = Figure(figsize=(10, 5.2), layout="constrained", dpi=150)
    panels = figure.subplots(1, 2)
    panels[0].set_ylabel("one run to the steady state (ms)")
    panels[1].set_ylabel("loading (s)")
    for panel, results, unit in zip(panels, (running, loading), (1e3, 1.0), strict=True):
        for name, (colour, style) in STYLES.items():
            points = [(size, unit * each[name]) for size, each in results if name in each]
            if points:
                panel.plot(*np.transpose(points), style, color=colour, label=name, markersize=5)
        panel.set(xscale="log", yscale="log", xlabel="reactions of the enzymatic network")
        name_sizes(panel, names)
        panel.xaxis.set_major_formatter("{x:,.0f}")
        panel.xaxis.set_minor_formatter("")
        panel.yaxis.set_minor_formatter("")
        panel.yaxis.set_major_formatter("{x:g}")
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(alpha=0.2)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure


def name_sizes(panel, names):
    """Name the networks above the panel."""
    above = panel.secondary_xaxis("top")
    above.set_xticks(list(names), list(names.values()), rotation=40, ha="left", fontsize=8)
    above.set_xticks([], minor=True)
    above.spines["top"].set_visible(False)
    above.tick_params(length=0, pad=1)


def main(sizes=SIZES, picture: Path | None = None) -> None:
    names, running, loading, last_loading = {}, [], [], None
    warm_up()
    with one_blas_thread():
        for widths in sizes:
            race = Race(widths, last_loading)
            names[race.reactions] = "-".join(map(str, widths))
            heading(
                f"{names[race.reactions]}, {race.reactions:,} reactions: {RUNS} runs to "
                f"{ERROR:g}, median of {ROUNDS}"
            )
            seconds = race.run()
            show(race, seconds)
            last_loading = race.last_loading
            running.append((race.reactions, {n: np.median(t) for n, t in seconds.items()}))
            loading.append((race.reactions, race.loading))
    show_growth(loading)
    if picture is not None:
        save_figure(draw(names, running, loading), picture, overwrite=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    parser.add_argument("--picture", type=Path, metavar="PATH", help="draw cost against size")
    arguments = parser.parse_args()
    main(QUICK if arguments.quick else SIZES, arguments.picture)
