"""What notebooks show of networks, reaction networks and trajectories."""

import xml.etree.ElementTree as ET

import numpy as np

from crn2sbml import Crn, NeuralNetwork, Simulator, Trajectory, compile_network

NETWORK = NeuralNetwork.random((2, 3, 1), rng=1)


def cells(html):
    """The table as rows of texts; parsing it shows that it is well formed."""
    return [["".join(cell.itertext()) for cell in row] for row in ET.fromstring(html).iter("tr")]


def test_a_reaction_network_shows_its_first_reactions():
    crn = compile_network(NETWORK)
    rows = cells(crn._repr_html_())
    assert rows[0] == ["reaction", "equation", "rate constant"]
    assert rows[1] == ["Rh1_1", "H → H + X1_1", "1"]
    assert rows[-1] == ["... and 22 more"]
    assert repr(crn) in crn._repr_html_()
    assert len(cells(Crn.from_text(["2 X -> X"])._repr_html_())) == 2


def test_a_neural_network_shows_its_layers():
    rows = cells(NETWORK._repr_html_())
    largest = np.abs(NETWORK.layers[0].weights).max()
    assert rows[1] == ["1", "3", "smoothed ReLU (h = 1)", f"{largest:.6g}"]
    assert len(rows) == 3


def test_a_trajectory_shows_where_species_start_and_end():
    with Simulator(NETWORK) as simulator:
        run = simulator.trajectory([0.5, 1.0], 20.0)
    rows = cells(run._repr_html_())
    assert rows[0] == ["species", "start", "end"]
    assert [row[0] for row in rows[1:]] == ["X1_1", "X1_2", "X1_3", "X2_1"]
    assert rows[-1][2] == f"{run['X2_1'][-1]:.6g}"


def test_names_cannot_break_the_page():
    odd = Trajectory(np.array([0.0, 1.0]), np.ones((2, 1)), ("<script>",))
    assert "&lt;script&gt;" in odd._repr_html_()
    assert "<script>" not in odd._repr_html_()
