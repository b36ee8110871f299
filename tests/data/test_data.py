"""Data sets: the digits, the exclusive or, splits, and the user's own files."""

import numpy as np
import pytest

from crn2sbml.data import (
    Dataset,
    class_targets,
    load_dataset,
    load_digits,
    load_samples,
    load_xor,
    split,
)
from crn2sbml.errors import FileError, FormatError, InputValueError


def test_the_digits_are_those_of_the_uci_set():
    digits = load_digits()
    labels = digits.targets.argmax(axis=1)
    assert digits.inputs.shape == (1797, 64)
    # Counts of each digit and the first row, as published with the data.
    np.testing.assert_array_equal(
        np.bincount(labels), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    )
    np.testing.assert_array_equal(labels[:10], range(10))
    np.testing.assert_array_equal(16 * digits.inputs[0, :8], [0, 0, 5, 13, 9, 1, 0, 0])
    assert (digits.inputs.min(), digits.inputs.max()) == (0.0, 1.0)


def test_targets_are_ten_for_the_true_class_and_one_elsewhere():
    np.testing.assert_array_equal(class_targets([2, 0], 3), [[1, 1, 10], [10, 1, 1]])


def test_a_split_is_a_partition_and_depends_on_the_generator_alone():
    digits = load_digits()
    training, held_out = split(digits, 0.2, np.random.default_rng(3))
    again, _ = split(digits, 0.2, np.random.default_rng(3))
    assert (len(training), len(held_out)) == (1438, 359)
    together = np.vstack([training.inputs, held_out.inputs])
    np.testing.assert_array_equal(np.sort(together, axis=0), np.sort(digits.inputs, axis=0))
    np.testing.assert_array_equal(training.inputs, again.inputs)
    with pytest.raises(InputValueError, match="empty"):
        split(load_xor(), 0.01, np.random.default_rng(3))


def test_data_sets_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        load_xor().inputs[0, 0] = 1.0


def test_a_file_with_targets_or_labels_is_read(tmp_path):
    np.savez(tmp_path / "a.npz", inputs=[[0.0, 1.0]], targets=[3.0])
    np.savez(tmp_path / "b.npz", inputs=[[0.0], [1.0]], labels=[1, 0])
    np.testing.assert_array_equal(load_dataset(tmp_path / "a.npz").targets, [[3.0]])
    np.testing.assert_array_equal(load_dataset(tmp_path / "b.npz").targets, [[1, 10], [10, 1]])


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": [1.0]}, "inputs"),
        ({"inputs": [[1.0]]}, "targets"),
        ({"inputs": [[1.0]], "labels": [0.5]}, "labels"),
        ({"inputs": [[1.0]], "labels": [-1]}, "labels"),
        ({"inputs": [["a"]], "targets": [[1.0]]}, "numbers"),
        ({"inputs": np.array([[None]], dtype=object), "targets": [[1.0]]}, "pickle"),
    ],
)
def test_a_file_without_the_arrays_is_an_error(tmp_path, arrays, words):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(FormatError, match=words):
        load_dataset(tmp_path / "a.npz")


def test_a_file_that_is_none_is_an_error(tmp_path):
    with pytest.raises(FileError, match="there is no file"):
        load_dataset(tmp_path / "missing.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(FormatError, match=r"text\.npz"):
        load_dataset(tmp_path / "text.npz")
    np.save(tmp_path / "bare.npy", [1.0])
    with pytest.raises(FormatError, match=r"no \.npz archive"):
        load_dataset(tmp_path / "bare.npy")


@pytest.mark.parametrize(
    ("inputs", "targets", "words"),
    [
        ([[1.0, -2.0]], [[1.0]], "row 1, column 2 is -2; "),
        ([[np.inf]], [[1.0]], "finite"),
        ([[1.0]], [[np.nan]], "targets, row 1"),
        ([[1.0]], [[1.0], [2.0]], "1 input, but 2 targets"),
        ([1.0], [[1.0]], "table"),
        (np.empty((0, 2)), np.empty((0, 1)), "table"),
    ],
)
def test_data_that_no_chemistry_can_take_are_refused(inputs, targets, words):
    with pytest.raises(InputValueError, match=words):
        Dataset(inputs, targets, "mine").check_concentrations()


def test_an_archive_names_its_columns_and_classes(tmp_path):
    names = {"input_names": ["temp\nC", "ph"], "class_names": ["low", "high"]}
    np.savez(tmp_path / "a.npz", inputs=np.ones((2, 2)), labels=[1, 0], **names)
    samples = load_samples(tmp_path / "a.npz")
    assert samples.targets.tolist() == ["high", "low"]
    assert samples.labelled
    assert samples.input_names == ("temp C", "ph")
    np.savez(tmp_path / "b.npz", inputs=[1.0, 2.0], labels=["yes", "no"])
    assert load_samples(tmp_path / "b.npz").inputs.shape == (2, 1)
    data = load_dataset(tmp_path / "b.npz")
    np.testing.assert_array_equal(data.targets, [[1, 10], [10, 1]])
    assert data.output_names == ("no", "yes")
    np.savez(tmp_path / "c.npz", inputs=np.ones((2, 1)), labels=[0, 2], class_names=["a", "b"])
    with pytest.raises(FormatError, match="go up to 2, but there are 2 class_names"):
        load_samples(tmp_path / "c.npz")
    for label in (10**9, 2**62):  # as many outputs fit into no memory
        np.savez(tmp_path / "c.npz", inputs=np.ones((2, 1)), labels=[0, label])
        for load in (load_samples, load_dataset):
            with pytest.raises(FormatError, match="class numbers are below 100,000"):
                load(tmp_path / "c.npz")
    np.savez(tmp_path / "d.npz", inputs=np.ones((2, 1)), targets=[0, 2], input_names=[1])
    with pytest.raises(FormatError, match="'input_names' must be a list of texts"):
        load_samples(tmp_path / "d.npz")
