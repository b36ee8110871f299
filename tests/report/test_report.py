"""A page as text: it says what was found, holds its files, and nothing can break it."""

import base64
import functools
import gzip
import json
import re
import sys
import warnings

import html5lib
import numpy as np
import pytest

from crn2sbml import (
    Activation,
    Crn,
    LabUnits,
    Layer,
    NeuralNetwork,
    compile_network,
    from_sbml,
    settling_time,
    to_antimony,
    to_sbml,
)
from crn2sbml.errors import (
    ConcentrationError,
    CrnError,
    InputValueError,
    OutputExistsError,
    UnsupportedError,
)
from crn2sbml.exports import make_study, to_copasi, to_csv_tables, to_omex
from crn2sbml.importers import from_weights
from crn2sbml.report import make_report, save_report
from crn2sbml.theory.presentation import rounded_up
from tests.theory import counterexamples

NETWORK = NeuralNetwork(
    NeuralNetwork.random((2, 3, 2), rng=1).layers, ["in <1>", "in 2"], ["cat & dog", "</script>"]
)
INPUTS = [[0.5, 1.0], [2.0, 0.25]]
UNITS = LabUnits.parse("50 nM", "1 h")
TITLE = "A <b> & B"
XHTML = "{http://www.w3.org/1999/xhtml}"


def parsed(html):
    """The page as a tree; the parser is strict and refuses what the standard calls an error."""
    return html5lib.HTMLParser(strict=True).parse(html)


def text_of(element):
    """The text of an element; cells of a row with spaces between them."""
    if element.tag == f"{XHTML}tr":
        return " ".join(map(text_of, element))
    return " ".join("".join(element.itertext()).split())


def section(page, name):
    (found,) = [s for s in page.iter(f"{XHTML}section") if s.get("id") == name]
    return found


def held_files(page):
    return {
        script.get("data-packed"): gzip.decompress(base64.b64decode(script.text))
        for script in page.iter(f"{XHTML}script")
        if script.get("data-packed")
    }


@functools.cache
def made(units=None):
    """The page of the network, made once for all tests that look at it."""
    return make_report(NETWORK, INPUTS, title=TITLE, units=units).html


@pytest.fixture(scope="module")
def page():
    return parsed(made())


@pytest.mark.parametrize(
    ("encoding", "units"),
    [
        ("enzymatic", None),
        ("absorbed", UNITS),
        ("folded", UNITS),
        pytest.param("enzymatic", UNITS, marks=pytest.mark.slow),
        pytest.param("absorbed", None, marks=pytest.mark.slow),
        pytest.param("folded", None, marks=pytest.mark.slow),
    ],
)
def test_every_page_is_valid_and_no_identifier_stands_twice(encoding, units):
    report = make_report(NETWORK, INPUTS[:1], encoding=encoding, units=units)
    page = parsed(report.html)
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert report.left_out == ()
    targets = {a.get("href")[1:] for a in page.iter(f"{XHTML}a") if a.get("href")[0] == "#"}
    assert targets <= set(ids)


def test_nothing_is_fetched_from_anywhere(page):
    for element in page.iter():
        assert element.get("src") is None
        for attribute in ("href", "{http://www.w3.org/1999/xlink}href"):
            link = element.get(attribute, "#")
            is_citation = link.startswith("https://identifiers.org/doi:10.1098/rsif.2021.0031")
            assert link.startswith("#") or is_citation
    (policy,) = [m.get("content") for m in page.iter(f"{XHTML}meta") if m.get("http-equiv")]
    assert policy.startswith("default-src 'none'")


def test_names_are_text_wherever_they_stand(page):
    assert text_of(page.find(f".//{XHTML}h1")) == "A <b> & B"
    assert page.find(f".//{XHTML}h1/{XHTML}b") is None
    rows = [text_of(row) for row in section(page, "settling").iter(f"{XHTML}tr")]
    assert rows[1].startswith("cat & dog X2_1")
    assert rows[2].startswith("</script> X2_2")
    (facts,) = [s for s in page.iter(f"{XHTML}script") if s.get("id") == "facts"]
    assert json.loads(facts.text)["names"] == [
        ["in <1>", "in 2"],
        ["X1_1", "X1_2", "X1_3"],
        ["cat & dog", "</script>"],
    ]


def test_the_settled_values_are_those_of_the_network(page):
    panels = [d for d in page.iter(f"{XHTML}div") if d.get("class") == "example"]
    assert len(panels) == 2
    for panel, expected in zip(panels, NETWORK.forward(INPUTS), strict=True):
        rows = [
            [text_of(cell) for cell in row if cell.tag == f"{XHTML}td"]
            for row in panel.iter(f"{XHTML}tr")
        ][1:]
        settled = [float(row[2]) for row in rows]
        # Proved to 1e-6, printed with six digits.
        np.testing.assert_allclose(settled, expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose([float(row[3]) for row in rows], expected, rtol=1e-5)


def test_units_are_those_of_the_bench():
    page = parsed(made(UNITS))
    rows = [text_of(row) for row in section(page, "settling").iter(f"{XHTML}tr")]
    assert "settles at (nM)" in rows[0]
    settled, said = (float(value.replace(",", "")) for value in rows[1].split()[-2:])
    assert settled == pytest.approx(50 * NETWORK.forward(INPUTS)[0, 0], rel=1e-5)
    # What the neural network says has no unit.
    assert said == pytest.approx(NETWORK.forward(INPUTS)[0, 0], rel=1e-5)
    time = settling_time(NETWORK, INPUTS[:1])[0]
    assert f"t = {rounded_up(time)} h: from then on every node is within 0.05 nM" in text_of(
        section(page, "promises")
    )
    assert "nM⁻² h⁻¹" in text_of(section(page, "about"))


def test_the_promises_are_those_of_the_certificate(page):
    cards = [text_of(d) for d in page.iter(f"{XHTML}div") if d.get("class") == "card"]
    assert [card.count("proved") for card in cards] == [2, 2, 2, 1]
    report = make_report(counterexamples.three_fixed_points((6, 11, 1, 1)))
    page = parsed(report.html)
    cards = [text_of(d) for d in page.iter(f"{XHTML}div") if d.get("class") == "card"]
    assert "refuted" in cards[0]
    assert cards[3] == "No settling time: the model is no neural network."
    reasons = [text_of(p) for p in section(page, "promises").iter(f"{XHTML}p")]
    assert any(reason.startswith("Refuted: ") for reason in reasons)


@pytest.mark.parametrize("units", [None, UNITS])
def test_the_files_are_those_that_the_exports_write(units):
    page = parsed(made(units))
    crn = compile_network(NETWORK, inputs=INPUTS[0])
    study = make_study(crn, inputs=INPUTS, units=units)
    tables = to_csv_tables(crn, units)
    files = held_files(page)
    weights = np.frombuffer(files.pop("weights"), dtype="<f8")
    flat = np.concatenate([layer.weights.ravel() for layer in NETWORK.layers])
    np.testing.assert_array_equal(weights, flat)
    assert files == {
        "model.xml": to_sbml(crn, units=units).encode(),
        "model.ant": to_antimony(crn, units=units).encode(),
        "species.csv": tables["species"].encode(),
        "reactions.csv": tables["reactions"].encode(),
        "model.cps": to_copasi(study)[0],
        "model.omex": to_omex(study, title=TITLE),
    }


def test_the_same_model_gives_the_same_page():
    assert make_report(NETWORK, INPUTS, title=TITLE).html == made()


def test_a_network_that_was_read_takes_other_inputs():
    crn = compile_network(NETWORK, "absorbed", [9.0, 9.0])
    page = parsed(make_report(crn, INPUTS).html)
    held = from_sbml(held_files(page)["model.xml"].decode())
    assert [s.initial for s in held.species if s.id in ("X0_1", "X0_2")] == INPUTS[0]
    own = parsed(make_report(crn).html)
    shown = text_of(section(own, "settling"))
    assert f"{NETWORK.forward([9.0, 9.0])[0, 0]:.6g}" in shown


def test_a_network_without_a_neural_network_in_it_has_a_page_too():
    crn = Crn.from_text(["0 -> A", "A -> 0", "A -> A + B", "2 B -> B"])
    page = parsed(make_report(crn).html)
    assert not [s for s in page.iter(f"{XHTML}section") if s.get("id") == "network"]
    assert "It is none of the neural networks" in text_of(section(page, "about"))
    rows = [text_of(row) for row in section(page, "settling").iter(f"{XHTML}tr")]
    assert rows == ["species at the end", "A 1", "B 1"]
    with pytest.raises(UnsupportedError, match="takes no inputs"):
        make_report(crn, [[1.0]])


def test_what_is_missing_is_said_and_the_rest_is_there(monkeypatch):
    for name in ("basico", "libsedml"):
        monkeypatch.setitem(sys.modules, name, None)
    report = make_report(NETWORK, INPUTS)
    assert [line.split(":")[0] for line in report.left_out] == ["model.cps", "model.omex"]
    assert "crn2sbml[copasi]" in report.left_out[0]
    assert "crn2sbml[omex]" in report.left_out[1]
    page = parsed(report.html)
    assert set(held_files(page)) == {
        "weights",
        "model.xml",
        "model.ant",
        "species.csv",
        "reactions.csv",
    }
    assert "File, Import SBML" in text_of(section(page, "open"))


def test_bad_input_is_one_clear_error_and_no_file(tmp_path):
    target = tmp_path / "a.html"
    with pytest.raises(ConcentrationError, match="give one or several"):
        save_report(NETWORK, target)
    with pytest.raises(InputValueError, match="there are 13 inputs, but a page shows 1 to 12"):
        save_report(NETWORK, target, inputs=np.ones((13, 2)))
    with pytest.raises(ConcentrationError):
        save_report(NETWORK, target, inputs=[[-1.0, 0.0]])
    with pytest.raises(InputValueError, match="accuracy"):
        save_report(NETWORK, target, inputs=INPUTS, accuracy=0.0)
    with pytest.raises(InputValueError, match="a LoadedNetwork or a Crn"):
        save_report("net.npz", target)
    with pytest.raises(InputValueError, match="a folded model holds one data point"):
        save_report(NETWORK, target, inputs=INPUTS, encoding="folded")
    plain = NeuralNetwork([Layer([[1.0]], [0.0], Activation(h=0.0))])
    with pytest.raises(UnsupportedError, match="h = 0"):
        save_report(plain, target, inputs=[[1.0]])
    assert list(tmp_path.iterdir()) == []
    target.write_text("mine")
    with pytest.raises(OutputExistsError):
        save_report(NETWORK, target, inputs=INPUTS)
    assert target.read_text() == "mine"


def test_the_curves_are_the_largest_outputs_of_many():
    wide = NeuralNetwork.random((2, 30), rng=1)
    html = make_report(wide, INPUTS[:1]).html
    outputs = wide.forward(INPUTS[0])[0]
    largest = {f"X1_{place + 1}" for place in np.argsort(-outputs)[:12]}
    picture = re.search(r'<svg class="figure"[^>]*><title>The run.*?</svg>', html, re.DOTALL)
    assert set(re.findall(r">(X1_\d+)</text>", picture[0])) == largest


@pytest.mark.parametrize(
    "names",
    [
        ("$5", "$$"),
        ("a$x^2$b", "_hidden"),
        ("x" * 200, "#0072b2"),
        ("#000000", 'id="x'),
        ("url(#x)", "日本"),
    ],
)
def test_names_stand_in_the_picture_as_they_are(names):
    network = NeuralNetwork(NETWORK.layers, None, names)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*constrained_layout.*")
        warnings.filterwarnings("error", message=".*axes sizes.*")
        page = parsed(make_report(network, INPUTS[:1]).html)
    figures = [s for s in section(page, "settling").iter() if s.get("class") == "figure"]
    texts = ["".join(element.itertext()) for element in figures[0].iter() if "text" in element.tag]
    shown = {name if len(name) < 41 else f"{name[:39]}…" for name in names}
    assert shown <= set(texts)


@pytest.mark.parametrize("reactions", [["2 X -> 3 X"], ["X -> 10 X"]])
def test_a_network_that_blows_up_has_a_page_that_says_so(reactions):
    page = parsed(make_report(Crn.from_text(reactions)).html)
    settling = text_of(section(page, "settling"))
    assert settling.startswith("How it runs There is no run to show: ")
    assert "refuted" in text_of(section(page, "promises"))
    assert "Steady-State, Run" not in text_of(section(page, "open"))


def test_what_antimony_cannot_hold_is_left_out():
    report = make_report(Crn.from_text(["pi -> 0", "0 -> pi"]))
    assert report.left_out[0].startswith("model.ant: the id 'pi' is a word")
    assert "Without model.ant: the id 'pi'" in text_of(section(parsed(report.html), "open"))


def test_where_no_settling_time_is_proved_the_page_says_why():
    huge = NeuralNetwork([Layer([[1e9]], [0.5])])
    page = parsed(make_report(huge, [[1e6]]).html)
    assert "No settling time: " in text_of(section(page, "promises"))
    page = parsed(make_report(huge, [[1e6]], accuracy=1e6).html)
    assert "Settled by t = " in text_of(section(page, "promises"))


def test_titles_and_units_are_checked_before_anything_is_written(tmp_path):
    for title in ("a\x01b", "a\udc80b", "two\nlines"):
        with pytest.raises(CrnError, match="the title"):
            save_report(NETWORK, tmp_path / "a.html", inputs=INPUTS, title=title)
    with pytest.raises(InputValueError, match="LabUnits"):
        save_report(NETWORK, tmp_path / "a.html", inputs=INPUTS, units="50 nM")
    assert list(tmp_path.iterdir()) == []


def test_a_folded_network_is_described_without_its_inputs():
    network = NeuralNetwork.random((2, 3, 1), rng=1)
    page = parsed(make_report(network, INPUTS[:1], encoding="folded").html)
    about = text_of(section(page, "about"))
    assert "a neural network with 3 hidden nodes and 1 output." in about
    assert "Its input is built into its rate constants" in about
    assert text_of(page.find(f".//{XHTML}h1")) == "Neural network 3-1 as chemistry"
    folded = compile_network(network, "folded", INPUTS[0])
    with pytest.raises(InputValueError, match="it holds its data point and takes no others"):
        make_report(folded, INPUTS[:1])


def test_an_input_without_effect_is_named_but_is_no_species():
    network = NeuralNetwork([Layer([[0.0, 1.0, 0.0]], [0.5])])
    page = parsed(make_report(network, [[1.0, 2.0, 3.0]], encoding="absorbed").html)
    assert "None" not in text_of(section(page, "open"))
    assert "the input species, X0_2." in text_of(section(page, "open"))
    assert "input 3 (no effect)" in text_of(section(page, "network"))


def test_kinds_of_reactions_are_told_apart_by_what_they_do():
    alike = Crn.from_text(["X + E -> 2 X + E", "F + X -> F + 2 X", "2 X -> X", "2 X -> Y"])
    rows = [
        text_of(row) for row in section(parsed(make_report(alike).html), "about").iter(f"{XHTML}tr")
    ]
    assert rows[1:4] == ["X + E → 2 X + E 2", "2 X → X 1", "2 X → Y 1"]
    many = Crn.from_text([f"{k} X -> {k - 1} X" for k in range(2, 18)] + ["0 -> X"])
    assert "… and 5 more kinds." in text_of(section(parsed(make_report(many).html), "about"))


def test_what_is_proved_is_never_rounded_down():
    network = NeuralNetwork.random((2, 3, 2), rng=0)
    time = settling_time(network, [[1.0, 2.0]])[0]
    assert float(f"{time:.4g}") < time  # otherwise this tests nothing
    page = parsed(make_report(network, [[1.0, 2.0]]).html)
    (shown,) = re.findall(r"Settled by t = ([\d.]+):", text_of(section(page, "promises")))
    assert time <= float(shown) < 1.001 * time


def test_inputs_are_named_so_that_they_can_be_told_apart():
    near = [[0.1234567, 1.0], [0.1234568, 1.0]]
    page = parsed(make_report(NETWORK, near).html)
    tabs = [text_of(b) for b in page.iter(f"{XHTML}button") if b.get("role") == "tab"]
    assert tabs == ["input 1", "input 2"]
    page = parsed(made(UNITS))
    tabs = [text_of(b) for b in page.iter(f"{XHTML}button") if b.get("role") == "tab"]
    assert tabs == ["25, 50 nM", "100, 12.5 nM"]


def test_the_settling_time_is_that_of_all_inputs_shown():
    times = settling_time(NETWORK, INPUTS)
    assert times.argmax() == 0  # so that the other order makes a difference
    page = parsed(make_report(NETWORK, INPUTS[::-1]).html)
    assert f"Settled by t = {rounded_up(times.max())}:" in text_of(section(page, "promises"))
    assert f"settled by t = {rounded_up(times.max())}" in text_of(page.find(f".//{XHTML}header"))


def test_other_decays_have_their_own_formula():
    mixed = NeuralNetwork([Layer([[1.0]], [0.0], Activation(1.0, {2: 1.0, 3: 0.5}))])
    about = text_of(section(parsed(make_report(mixed, [[1.0]]).html), "about"))
    assert "Here root activation (h = 1, decay 1 at order 2 + 0.5 at order 3)." in about
    assert "smoothed ReLU" not in about


def test_a_foreign_model_is_not_called_dimensionless():
    about = text_of(section(parsed(make_report(Crn.from_text(["0 -> A", "A -> 0"])).html), "about"))
    assert "The model does not say that they are in moles" in about


@pytest.mark.parametrize("encoding", ["absorbed", "folded"])
def test_a_network_from_elsewhere_says_how_its_pairs_are_read(encoding):
    imported = from_weights(
        {"0.weight": np.array([[1.0, -2.0], [0.5, 0.25]])},
        "0,softmax",
        output_names=["low", "high"],
        input_range=([-3.0, 0.0], [5.0, 9.0]),
    )
    crn = imported.compile(encoding, [-1.0, 2.0])
    about = text_of(section(parsed(make_report(crn).html), "about"))
    assert "Answer: low, before softmax = X1_1 - X1_2." in about
    assert "The softmax of these values gives the probabilities" in about
    assert "the largest one names the class" not in about


def test_a_page_reads_the_answer_off_the_pairs():
    imported = from_weights(
        {"0.weight": np.array([[1.0, -2.0], [0.5, 0.25]])},
        "0,softmax",
        input_names=["age", "change"],
        output_names=["low", "high"],
        input_range=([-3.0, 0.0], [5.0, 9.0]),
    )
    row = [-1.0, 2.0]
    page = parsed(make_report(imported.compile("absorbed", row), units=UNITS).html)
    settling = section(page, "settling")
    rows = [text_of(r) for r in settling.iter(f"{XHTML}tr") if len(list(r)) == 3]
    shares = imported.outputs([row])[0]
    # -1 - 4 and -0.5 + 0.5, whatever units the concentrations are in.
    assert rows[0] == "output value probability"
    assert rows[1].startswith("low -5")
    assert f"{shares[1]:.3g}" in rows[2]
    chosen = [text_of(r) for r in settling.iter(f"{XHTML}tr") if r.get("class") == "largest"]
    assert [text.split()[0] for text in chosen] == ["high"]
    # The input is called by what was put in.
    assert "-1, 2" in text_of(section(page, "network"))
