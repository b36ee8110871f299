"""Runs that are broken off and go on: the very weights of an unbroken run."""

import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import crn2sbml
from crn2sbml import NeuralNetwork, train_network
from crn2sbml.data import load_iris, split
from crn2sbml.errors import FormatError, InputValueError
from crn2sbml.training import Batches, Checkpoints, Chemistry, Descent, Validation
from tests.cli.test_cli import run, succeed

TRAINING, HELD_OUT = split(load_iris(), 0.2, np.random.default_rng(0))
START = NeuralNetwork.random((4, 4, 3), rng=1)


BATCHES = Batches(10, rng=7)
VALIDATION = Validation(HELD_OUT.inputs, HELD_OUT.targets, every=3)


def train(rounds=20, *, start=START, batches=BATCHES, validation=VALIDATION, **options):
    """Train with options of the descent, and of the run by their names."""
    run = {name: options.pop(name, None) for name in ("chemistry", "checkpoints")}
    descent = Descent(**({"rounds": rounds, "learning_rate": 0.001} | options))
    return train_network(
        start,
        TRAINING.inputs,
        TRAINING.targets,
        descent,
        batches=batches,
        validation=validation,
        **run,
    )


class BrokenOffError(Exception):
    pass


def break_off_after(rounds):
    def callback(number, _):
        if number == rounds:
            raise BrokenOffError

    return callback


def assert_same(found, expected):
    assert found.network == expected.network
    assert (found.best_network, found.best_round) == (expected.best_network, expected.best_round)
    for name in ("cost", "accuracy", "validation_cost", "validation_accuracy"):
        np.testing.assert_array_equal(getattr(found.history, name), getattr(expected.history, name))


@pytest.mark.parametrize("optimiser", ["gradient-descent", "momentum", "adam"])
@pytest.mark.parametrize("chemistry", [None, Chemistry()], ids=["closed form", "chemistry"])
def test_a_resumed_run_reaches_the_same_weights_bit_for_bit(tmp_path, optimiser, chemistry):
    options = {"optimiser": optimiser, "chemistry": chemistry}
    expected = train(**options)
    checkpoints = Checkpoints(tmp_path / "new" / "folder", every=4)
    with pytest.raises(BrokenOffError):
        train(callback=break_off_after(10), checkpoints=checkpoints, **options)
    seen = []
    resumed = replace(checkpoints, resume=True)
    found = train(callback=lambda number, _: seen.append(number), checkpoints=resumed, **options)
    # It went on where the last checkpoint was.
    assert seen == list(range(9, 21))
    assert_same(found, expected)
    assert (np.diff(found.history.seconds) >= 0).all()


def test_a_finished_run_goes_on_with_more_rounds(tmp_path):
    train(9, checkpoints=Checkpoints(tmp_path))
    longer = train(20, checkpoints=Checkpoints(tmp_path, resume=True))
    assert_same(longer, train(20))
    again = train(20, checkpoints=Checkpoints(tmp_path, resume=True))
    assert_same(again, longer)


def test_two_checkpoints_are_kept_and_nothing_is_resumed_from_an_empty_folder(tmp_path):
    train(20, checkpoints=Checkpoints(tmp_path, every=4, resume=True))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["checkpoint-000000016.npz", "checkpoint-000000020.npz"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[:300] + bytes([content[300] ^ 1]) + content[301:],
    ],
)
def test_a_damaged_checkpoint_is_refused_and_the_one_before_it_used(tmp_path, damage, caplog):
    expected = train()
    with pytest.raises(BrokenOffError):
        train(callback=break_off_after(12), checkpoints=Checkpoints(tmp_path, every=5))
    _, newer = sorted(tmp_path.iterdir())
    newer.write_bytes(damage(newer.read_bytes()))
    seen = []
    with caplog.at_level(logging.WARNING):
        found = train(
            checkpoints=Checkpoints(tmp_path, resume=True),
            callback=lambda number, _: seen.append(number),
        )
    assert seen[0] == 6
    assert newer.name in caplog.text
    assert "trying the checkpoint before it" in caplog.text
    assert_same(found, expected)
    for path in tmp_path.iterdir():
        path.write_bytes(b"damaged")
    with pytest.raises(FormatError, match=r"no checkpoint in .* is sound"):
        train(checkpoints=Checkpoints(tmp_path, resume=True))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"batches": Batches(9, rng=7)}, "batches.size = 10, but now batches.size is 9"),
        ({"batches": None}, "batches.size = 10, but now batches.size is None"),
        ({"chemistry": Chemistry()}, "chemistry.accuracy"),
        ({"optimiser": "adam"}, "optimiser"),
        ({"cost": "one-norm"}, "cost = 'quadratic'"),
        ({"validation": Validation(TRAINING.inputs, TRAINING.targets, every=3)}, "validation data"),
        ({"validation": Validation(HELD_OUT.inputs, HELD_OUT.targets, 4)}, "validation.every"),
        ({"batches": Batches(10, rng=8)}, r"seed = 7, but now seed is 8"),
        ({"start": NeuralNetwork.random((4, 4, 3), rng=2)}, "of a run with another start network"),
        ({"learning_rate": 0.002}, "optimiser"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(tmp_path, change, words):
    train(5, checkpoints=Checkpoints(tmp_path))
    with pytest.raises(InputValueError, match=words):
        train(checkpoints=Checkpoints(tmp_path, resume=True), **change)


def test_a_generator_that_goes_on_is_still_that_of_the_run(tmp_path):
    batches = Batches(10, rng=np.random.default_rng(7))
    with pytest.raises(BrokenOffError):
        train(
            batches=batches,
            callback=break_off_after(12),
            checkpoints=Checkpoints(tmp_path, every=5),
        )
    found = train(batches=batches, checkpoints=Checkpoints(tmp_path, resume=True))
    assert_same(found, train())


def test_a_folder_without_checkpoints_is_not_overwritten_by_resuming(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    START.save("network.npz")
    before = Path("network.npz").read_bytes()
    arguments = ("train", "--data", "iris", "--rounds", 5, "--forward", "closed-form")
    result = run(*arguments, "--resume", "-o", ".")
    assert result.exit_code == 2
    assert "no checkpoint to resume from" in result.output
    assert "holds network.npz already" in result.output
    assert Path("network.npz").read_bytes() == before
    succeed(*arguments, "--resume", "-o", "new")
    refused = run(*arguments, "--seed", 2, "--resume", "-o", "new")
    assert refused.exit_code == 2
    assert "is of a run with seed = 1, but now seed is 2" in refused.output


def test_training_stops_when_it_no_longer_helps():
    # Steps too long to settle: the validation cost goes up and down.
    impatient = replace(VALIDATION, every=2, patience=4)
    result = train(400, learning_rate=0.01, validation=impatient)
    assert result.stopped_early
    assert len(result.history.cost) == result.best_round + 8
    best = np.nanargmin(result.history.validation_cost)
    assert best + 1 == result.best_round
    outputs = result.best_network.forward(HELD_OUT.inputs)
    cost = 0.5 * np.mean(np.sum((outputs - HELD_OUT.targets) ** 2, axis=1))
    assert cost == pytest.approx(result.history.validation_cost[best], rel=1e-12)


def test_without_validation_the_last_network_is_the_best():
    result = train(3, validation=None)
    assert (result.best_network, result.best_round) == (result.network, 3)
    assert not result.stopped_early


def test_a_checkpoint_of_another_version_is_refused_by_its_number(tmp_path):
    train(5, checkpoints=Checkpoints(tmp_path))
    (path,) = tmp_path.iterdir()
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    np.savez(path, **(arrays | {"crn2sbml_checkpoint": np.array(1)}))
    with pytest.raises(FormatError, match="has format version 1, not 2"):
        train(checkpoints=Checkpoints(tmp_path, resume=True))


COMMAND = ["train", "--data", "iris", "--rounds", "150", "--checkpoint-every", "4", "--seed", "3"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_killed_command_is_resumed_to_the_same_weights(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environment = os.environ | {"PYTHONPATH": str(Path(crn2sbml.__file__).parents[1])}
    command = [sys.executable, "-m", "crn2sbml", *COMMAND, "-o", "broken"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not list(Path("broken/checkpoints").glob("checkpoint-*")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert not Path("broken/network.npz").exists()
    succeed(*COMMAND, "--resume", "-o", "broken", "--quiet")
    succeed(*COMMAND, "-o", "whole", "--quiet")
    for name in ("network.npz", "best.npz"):
        broken, whole = (NeuralNetwork.load(f"{folder}/{name}") for folder in ("broken", "whole"))
        assert broken == whole


def test_the_command_line_offers_costs_optimisers_and_patience(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = succeed(
        *("train", "--data", "iris", "--forward", "closed-form", "--rounds", 3000, "-o", "out"),
        *("--cost", "softmax-cross-entropy", "--optimiser", "adam", "--learning-rate", 0.05),
        *("--patience", 5),
    )
    assert "Stopped early" in result.output
    assert Path("out/best.npz").exists()
    assert run("train", "--data", "iris", "--cost", "hinge", "-o", "other").exit_code == 2
    refused = run("train", "--data", "xor", "--patience", 5, "-o", "other")
    assert (refused.exit_code, "patience looks at validation data" in refused.output) == (2, True)
