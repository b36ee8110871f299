"""The network as a picture: what is drawn, how thick, in which colour, and where."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given

from crn2sbml import Layer, NeuralNetwork
from crn2sbml.report import draw_network
from crn2sbml.report.drawing import drawn_edges
from tests.strategies import networks

SVG = "{http://www.w3.org/2000/svg}"


def parsed(network, values=None):
    return ET.fromstring(draw_network(network, values))


def lines(picture):
    return list(picture.iter(f"{SVG}line"))


def nodes(picture, layer):
    (group,) = [g for g in picture.iter(f"{SVG}g") if g.get("data-layer") == str(layer)]
    return [node for node in group if "data-node" in node.attrib]


def middle(node):
    if node.tag == f"{SVG}circle":
        return float(node.get("cx")), float(node.get("cy"))
    half = float(node.get("width")) / 2
    return float(node.get("x")) + half, float(node.get("y")) + half


@given(networks())
def test_every_network_is_well_formed_and_has_a_node_for_each_of_its_own(network):
    picture = parsed(network)
    for layer, width in enumerate(network.widths):
        assert len(nodes(picture, layer)) == width
    assert len(lines(picture)) == drawn_edges(network)[0]


def test_signs_are_colours_and_sizes_are_widths():
    network = NeuralNetwork([Layer([[1.0, -4.0, 0.0, 2.0]], [0.0])])
    found = {
        float(line.get("y1")): (line.get("class"), float(line.get("stroke-width")))
        for line in lines(parsed(network))
    }
    places = [middle(node)[1] for node in nodes(parsed(network), 0)]
    assert set(found) == {places[0], places[1], places[3]}  # a weight of 0 is no edge
    assert [found[places[n]][0].split()[1] for n in (0, 1, 3)] == [
        "positive",
        "negative",
        "positive",
    ]
    widths = [found[places[n]][1] for n in (0, 3, 1)]
    assert widths == sorted(widths)
    # From the thinnest line on, width is proportional to size.
    assert widths[1] - widths[0] == pytest.approx((widths[2] - widths[0]) / 3, abs=0.02)


def test_a_line_leads_from_the_middle_of_a_node_to_the_middle_of_the_next():
    network = NeuralNetwork.random((3, 2), rng=1)
    picture = parsed(network)
    before, after = (list(map(middle, nodes(picture, layer))) for layer in (0, 1))
    ends = {
        tuple((float(line.get(f"x{n}")), float(line.get(f"y{n}"))) for n in (1, 2))
        for line in lines(picture)
    }
    assert ends == {(a, b) for a in before for b in after}


def test_a_wide_layer_is_a_grid_with_pixels_in_their_own_order():
    picture = parsed(NeuralNetwork.random((64, 2), rng=1))
    cells = np.array([middle(node) for node in nodes(picture, 0)]).reshape(8, 8, 2)
    assert np.ptp(cells[..., 0], axis=0).max() < 0.02  # columns, to two printed digits
    assert np.ptp(cells[..., 1], axis=1).max() < 0.02
    assert (np.diff(cells[0, :, 0]) > 0).all()
    assert (np.diff(cells[:, 0, 1]) > 0).all()


def test_the_largest_of_many_weights_are_drawn_and_the_picture_stays_small():
    network = NeuralNetwork.random((784, 40, 10), rng=1)
    assert drawn_edges(network) == (800, 31_760)
    text = draw_network(network)
    assert len(text) < 400_000
    assert len(lines(ET.fromstring(text))) == 800


def test_everything_lies_within_the_picture():
    for widths in ((1, 1), (2, 2, 1), (64, 16, 10), (784, 40, 10), (3, 51, 50, 2)):
        picture = parsed(NeuralNetwork.random(widths, rng=1))
        left, top, width, height = map(float, picture.get("viewBox").split())
        for layer in range(len(widths)):
            for node in nodes(picture, layer):
                x, y = middle(node)
                assert left < x < left + width
                assert top < y < top + height


def test_nodes_are_filled_in_proportion_to_their_values():
    network = NeuralNetwork.random((2, 2, 1), rng=1)
    values = [np.array([0.0, 4.0]), np.array([1.0, 0.25]), np.array([0.0])]
    picture = parsed(network, values)
    filled = [
        [float(node.get("fill-opacity")) for node in nodes(picture, layer)] for layer in range(3)
    ]
    assert filled == [[0.0, 1.0], [1.0, 0.25], [0.0]]
    titles = [node.find(f"{SVG}title").text for node in nodes(picture, 1)]
    assert titles == ["X1_1: 1", "X1_2: 0.25"]


def test_names_are_those_of_the_user_and_cannot_break_the_picture():
    network = NeuralNetwork([Layer([[1.0]], [0.0])], ["<b>&"], ["x" * 40])
    texts = [text.text for text in parsed(network).iter(f"{SVG}text")]
    assert "<b>&" in texts
    assert "x" * 21 + "…" in texts
    assert parsed(network, None).find(f".//{SVG}b") is None


def test_a_folded_network_has_no_inputs_to_draw():
    network = NeuralNetwork([Layer(np.empty((2, 0)), [0.5, 1.0]), Layer([[1.0, 2.0]], [0.0])])
    picture = parsed(network)
    layers = [g.get("data-layer") for g in picture.iter(f"{SVG}g") if g.get("data-layer")]
    assert layers == ["1", "2"]
    assert len(lines(picture)) == 2
