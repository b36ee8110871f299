"""Runs to the steady state against scipy on the same ODE, at a measured error of 1e-6.

Each peer runs at the cheapest of many tolerances and end times that keeps its measured error
(largest distance to the closed form over all nodes and inputs) at 1e-6, found on these very inputs,
with and without an analytic Jacobian. Ours is called as a user calls it: it chooses by itself, and
the proof of its error is included.
"""

import numpy as np

from crn2sbml import NeuralNetwork, Simulator
from tests.benchmarks.common import heading, median_ratio, row, take_turns
from tests.benchmarks.peers import Peer, tuned

ERROR = 1e-6
RUNS = 100
ROUNDS = 15
GOALS = {"odeint": 0.8, "solve_ivp(LSODA)": 0.33}


def measure(title, inputs):
    network = NeuralNetwork.random((784, 40, 10), rng=1)
    exact = np.hstack(network.activations(inputs))
    simulator = Simulator(network)
    settled = simulator.steady_state(inputs, ERROR)
    error = np.abs(np.hstack(settled.activations) - exact).max()
    contestants = {"ours": lambda: simulator.steady_state(inputs, ERROR)}
    heading(f"784-40-10, {title}: {RUNS} runs to {ERROR:g}, median of {ROUNDS}")
    row("ours", f"error {error:.0e}", f"proven: {settled.error_bound:.0e}")
    for solver in GOALS:
        for analytic in (False, True):
            peer = Peer(solver, analytic, network)
            settings = tuned(peer, inputs, exact, ERROR)
            name = f"{solver}, {'analytic' if analytic else 'numerical'} Jacobian"
            error = np.abs(peer.settle(inputs, settings) - exact).max()
            row(name, f"error {error:.0e}", str(settings))
            contestants[name] = lambda peer=peer, settings=settings: peer.settle(inputs, settings)
    seconds = take_turns(contestants, ROUNDS)
    for name, times in seconds.items():
        row(f"{name}, each run", f"{1e3 * np.median(times) / RUNS:.3f} ms")
    for name, times in seconds.items():
        for solver in GOALS:
            if name.startswith(solver):
                ratio = median_ratio(seconds["ours"], times)
                row(f"ours to {name}", f"{ratio:.2f}", f"goal: at most {GOALS[solver]}")


def measure_workers():
    network = NeuralNetwork.random((784, 40, 10), rng=1)
    inputs = np.random.default_rng(0).random((2000, 784))
    heading("Two workers, 784-40-10, 2,000 runs, median of 5")
    with Simulator(network) as one, Simulator(network, workers=2) as two:
        seconds = take_turns(
            {"one": lambda: one.steady_state(inputs), "two": lambda: two.steady_state(inputs)}, 5
        )
    row(
        "runs of two workers to those of one", f"{median_ratio(seconds['one'], seconds['two']):.2f}"
    )


def main() -> None:
    rng = np.random.default_rng(0)
    dense = rng.random((RUNS, 784))
    measure("inputs like images (one in five not 0)", dense * (rng.random(dense.shape) < 0.2))
    measure("dense inputs", dense)
    measure_workers()


if __name__ == "__main__":
    main()
