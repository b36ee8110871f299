"""A network is fitted to a table: what is decided, what is learned, and what is refused."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from crn2sbml import Activation, save_sbml
from crn2sbml.errors import InputValueError
from crn2sbml.fitting import FitOptions, fit_network
from crn2sbml.importers import LoadedNetwork
from crn2sbml.training import Checkpoints, Chemistry, Descent

RNG = np.random.default_rng(5)
# Numbers of the size and sign that a laboratory has.
TEMPERATURE, PH = RNG.uniform(-10.0, 25.0, 200), RNG.uniform(6.0, 9.0, 200)
SALT = RNG.uniform(0.0, 250.0, 200)
GROWTH = 0.4 * TEMPERATURE - 2.0 * np.abs(PH - 7.0) - 0.02 * SALT + 3.0
TABLE = pd.DataFrame({"temp\nC": TEMPERATURE, "ph": PH, "salt": SALT, "growth": GROWTH})
FEATURES = TABLE.columns[:3].tolist()
STAGE = np.where(TEMPERATURE > 8.0, "healthy", np.where(PH > 7.5, "stage II", "stage I"))

QUICK = FitOptions(descent=Descent(50, 0.01, optimiser="adam"))


def quick(**options):
    return FitOptions(descent=QUICK.descent, **options)


def test_a_regression_on_numbers_of_any_size_and_sign_is_learned_by_the_defaults():
    fitted = fit_network(TABLE[FEATURES], TABLE["growth"], rng=1)
    assert GROWTH.min() < 0
    assert fitted.network.codec.encoder.pairs == (True, False, False)
    assert fitted.network.codec.encoder.names == ("temp C", "ph", "salt")
    assert fitted.network.codec.decoder.names == ("growth",)
    assert sorted([*fitted.training_rows, *fitted.held_out_rows]) == list(range(200))
    assert len(fitted.held_out_rows) == 40
    aside = TABLE.iloc[fitted.held_out_rows]
    found = fitted.network.predict(aside[FEATURES]).ravel()
    error = np.sqrt(np.mean((found - aside["growth"]) ** 2))
    assert error < 0.1 * GROWTH.std()


def test_classes_are_learned_by_their_names():
    fitted = fit_network(TABLE[FEATURES[:2]], STAGE, rng=1)
    decoder = fitted.network.codec.decoder
    assert decoder.classes == ("healthy", "stage I", "stage II")
    assert decoder.names == decoder.classes
    assert (decoder.function, decoder.pairs) == ("softmax", (True,) * 3)
    aside = fitted.held_out_rows
    found = fitted.network.predict(TABLE[FEATURES[:2]].iloc[aside])
    assert (found == STAGE[aside]).mean() > 0.9
    # Each class is held out in its share.
    labels, counts = np.unique(STAGE[aside], return_counts=True)
    assert labels.tolist() == sorted(set(STAGE))
    np.testing.assert_allclose(counts, [0.2 * (label == STAGE).sum() for label in labels], atol=1.0)


def test_a_truth_table_holds_nothing_out_and_is_learned_whole():
    rows = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    majority = (rows.sum(axis=1) > 1.5).astype(float)
    descent = Descent(600, 0.01, optimiser="adam")
    fitted = fit_network(rows, majority, FitOptions(descent=descent), rng=1)
    assert len(fitted.held_out_rows) == 0
    np.testing.assert_array_equal(fitted.network.predict(rows), majority)
    number = fit_network(rows, majority, FitOptions(task="numbers", descent=descent), rng=1)
    assert number.network.codec.decoder.pairs == (False,)
    np.testing.assert_allclose(number.network.predict(rows).ravel(), majority, atol=0.1)


def test_the_chemistry_trains_to_the_weights_of_the_closed_form():
    table = TABLE[FEATURES][:60], TABLE["growth"][:60]
    options = FitOptions((3,), descent=Descent(10, 0.01, optimiser="adam"), batch_size=8)
    closed, chemical = (
        fit_network(*table, options, rng=1, chemistry=chemistry)
        for chemistry in (None, Chemistry())
    )
    for one, other in zip(
        closed.network.network.layers, chemical.network.network.layers, strict=True
    ):
        np.testing.assert_allclose(other.weights, one.weights, rtol=0, atol=1e-6)
        np.testing.assert_allclose(other.biases, one.biases, rtol=0, atol=1e-6)
    settled = chemical.network.predict(table[0][:3], "roadrunner")
    np.testing.assert_allclose(settled, chemical.network.predict(table[0][:3]), atol=1e-6)


def test_a_file_of_the_network_takes_and_gives_the_same_numbers(tmp_path):
    fitted = fit_network(TABLE[FEATURES], TABLE["growth"], QUICK, rng=1).network
    fitted.save(tmp_path / "a.npz")
    save_sbml(fitted.compile("absorbed", TABLE[FEATURES].iloc[0]), tmp_path / "a.xml")
    shuffled = TABLE[FEATURES[::-1]][:5]
    expected = fitted.predict(TABLE[FEATURES][:5])
    for name in ("a.npz", "a.xml"):
        again = LoadedNetwork.load(tmp_path / name)
        np.testing.assert_allclose(again.predict(shuffled), expected, rtol=1e-12)
        assert again.codec.decoder.names == ("growth",)


@pytest.mark.parametrize(
    ("signs", "pairs", "shifts"),
    [
        ("auto", (True, False), [0.0, 0.0]),
        ("pairs", (True, True), [0.0, 0.0]),
        ("shift", (False, False), [2.0, 0.0]),
    ],
)
def test_inputs_that_may_be_negative_become_what_signs_say(signs, pairs, shifts):
    rows = np.array([[-2.0, 1.0], [3.0, 0.0], [0.0, 2.0]])
    encoder = fit_network(rows, [0.1, 0.2, 0.3], quick(signs=signs), rng=1).network.codec.encoder
    assert encoder.pairs == pairs
    np.testing.assert_array_equal(encoder.offsets, shifts)


@pytest.mark.parametrize(
    ("targets", "classes"),
    [
        (["a", "b", "a"], ("a", "b")),
        ([True, False, True], (False, True)),
        ([3.0, 1.0, 3.0, 1.0], (1, 3)),
        ([3, 1, 2], None),  # not twice each
        ([0.5, 1.0, 0.5, 1.0], None),
        (list(range(11)) * 2, None),
        (pd.Series(["x", "y", "x"], dtype="category"), ("x", "y")),
        (np.eye(3)[[0, 1, 2, 0]], (0, 1, 2)),
        ([[1.0, 10.0], [10.0, 1.0]], (0, 1)),
        ([[0.0, 0.0], [0.0, 1.0]], None),
    ],
)
def test_targets_are_classes_where_they_look_like_it(targets, classes):
    rows = np.arange(len(targets))[:, np.newaxis]
    found = fit_network(rows, targets, quick(), rng=1)
    assert found.goal.classes == classes
    assert bool(found.goal.reason) == (classes is not None)


def test_outputs_that_are_never_negative_are_one_node_each():
    rows = np.arange(40.0)
    both = np.stack([rows + 1.0, 50.0 - rows], axis=1)
    network = fit_network(rows, both, quick(), rng=1).network
    assert network.codec.decoder.pairs == (False, False)
    assert fit_network(rows, both - 20.0, quick(), rng=1).network.codec.decoder.pairs == (
        True,
        True,
    )


def test_an_input_that_never_changes_has_no_part_in_the_answer():
    rows = np.stack([np.arange(40.0), np.full(40, 7.0)], axis=1)
    network = fit_network(rows, rows[:, 0], quick(), rng=1).network
    np.testing.assert_array_equal(network.network.layers[0].weights[:, 1], 0.0)


@pytest.mark.parametrize("targets", [TABLE["growth"], STAGE], ids=["numbers", "classes"])
def test_a_network_goes_on_from_where_it_is(targets):
    rows = TABLE[FEATURES]
    first = fit_network(
        rows, targets, FitOptions(descent=Descent(300, 0.01, optimiser="adam")), rng=1
    )
    onward = FitOptions(descent=Descent(1, 1e-9, optimiser="adam"))
    again = fit_network(rows[FEATURES[::-1]], targets, onward, rng=1, start=first.network)
    np.testing.assert_allclose(again.network.outputs(rows), first.network.outputs(rows), atol=1e-6)
    assert again.network.codec == first.network.codec
    further = fit_network(rows, targets, QUICK, rng=1, start=first.network)
    assert further.history.cost[-10:].mean() < 1.5 * first.history.cost[-10:].mean()


def test_targets_of_a_network_that_goes_on_are_found_by_their_names():
    rows, targets = TABLE[FEATURES], TABLE[["growth"]].assign(twice=2 * TABLE["growth"] + 100)
    first = fit_network(rows, targets, QUICK, rng=1)
    onward = FitOptions(descent=Descent(1, 1e-9, optimiser="adam"), held_out=0.0)
    for given in (targets, targets[["twice", "growth"]]):
        again = fit_network(rows, given, onward, rng=1, start=first.network)
        expected = fit_network(rows, targets, onward, rng=1, start=first.network)
        np.testing.assert_array_equal(again.history.cost, expected.history.cost)
        trained = first.network.train(rows, given, Descent(1, 1e-9))
        np.testing.assert_array_equal(
            trained.history.cost, first.network.train(rows, targets, Descent(1, 1e-9)).history.cost
        )
    for given in (targets.rename(columns={"twice": "thrice"}), targets["growth"].rename("mass")):
        with pytest.raises(InputValueError, match="has no column"):
            fit_network(rows, given, onward, rng=1, start=first.network)
    named = FitOptions(
        descent=Descent(1, 1e-9, optimiser="adam"), target_names=("twice", "growth"), held_out=0.0
    )
    swapped = fit_network(rows, targets.to_numpy()[:, ::-1], named, rng=1, start=first.network)
    np.testing.assert_allclose(swapped.history.cost, expected.history.cost)


def test_a_run_goes_on_from_its_checkpoint_to_the_same_network(tmp_path):
    table = TABLE[FEATURES], TABLE["growth"]

    def fitted(rounds, resume, folder):
        options = FitOptions(descent=Descent(rounds, 0.01, optimiser="adam"))
        checkpoints = Checkpoints(tmp_path / folder, 20, resume)
        return fit_network(*table, options, rng=1, checkpoints=checkpoints).network.network

    whole = fitted(60, False, "whole")
    fitted(40, False, "halves")
    assert fitted(60, True, "halves") == whole


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"targets": ["a", "a", "a"]}, "one class only, 'a'"),
        ({"targets": ["a", 1, "b"]}, "numbers and texts"),
        ({"targets": ["a", None, "b"]}, "row 2: the label is missing"),
        ({"targets": [1.0, np.nan, 2.0]}, "nan"),
        ({"targets": [1.0, 2.0]}, "3 rows of inputs and 2 targets"),
        ({"targets": ["a", "b", "a"], "task": "numbers"}, "hold text such as 'a'"),
        ({"targets": [["a", "b"]] * 3}, "one column by themselves"),
        ({"targets": [[1.0, 2.0]] * 3, "task": "classes"}, "one column of labels"),
        ({"inputs": [[1.0], [np.inf], [2.0]]}, "inf"),
        ({"inputs": [["x"], ["y"], ["z"]]}, "inputs"),
        ({"held_out": 1.0}, "held_out is 1.0"),
        ({"signs": "both"}, "signs is 'both'"),
        ({"task": "class"}, "task is 'class'"),
        ({"activations": [Activation(0.1)] * 2}, "2 activations for 1 hidden layer were given"),
        ({"descent": Descent(readout=np.eye(1))}, "leave them out of the descent"),
    ],
)
def test_what_cannot_be_learned_is_one_clear_error(change, words):
    inputs = change.pop("inputs", [[1.0], [2.0], [3.0]])
    targets = change.pop("targets", [0.5, 1.5, 2.5])
    with pytest.raises(InputValueError, match=words) as error:
        fit_network(inputs, targets, FitOptions(**{"descent": QUICK.descent, **change}), rng=1)
    assert "\n" not in str(error.value)


def test_a_fitted_network_is_shown_in_two_lines():
    celsius = np.linspace(-20.0, 40.0, 60)
    options = FitOptions(hidden=(4,), descent=Descent(3, 0.01, optimiser="adam"))
    numbers = fit_network(celsius, 1.8 * celsius + 32.0, options, rng=1)
    first, second = repr(numbers).splitlines()
    assert first.startswith("FittedNetwork of numbers: 48 rows trained on, 12 held out, step ")
    assert second == repr(numbers.network)
    classes = fit_network(celsius, np.where(celsius < 0, "ice", "water"), options, rng=1)
    found = re.search(r"of classes ice, water: 48 rows.*held out \((.*)% correct\)", repr(classes))
    rows, labels = celsius[classes.held_out_rows], classes.goal.values[classes.held_out_rows]
    right = classes.network.values(classes.network.concentrations(rows[:, None], "closed-form"))
    share = (right.argmax(axis=1) == labels.argmax(axis=1)).mean()
    assert float(found[1]) == pytest.approx(100 * share, abs=0.06)
