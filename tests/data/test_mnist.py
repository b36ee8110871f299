"""MNIST from a folder, from a server, and files that are not MNIST."""

import functools
import gzip
import hashlib
import http.server
import os
import threading
from typing import ClassVar

import numpy as np
import pytest

from crn2sbml.data import load_mnist, mnist
from crn2sbml.errors import FileError, FormatError, MissingDependencyError
from crn2sbml.examples.paper import load_image
from tests.cli.test_cli import run, succeed

SMALL = {"training": 5, "test": 3}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder with the four files of a tiny MNIST, which the loader takes for the real one."""
    rng = np.random.default_rng(1)
    folder = tmp_path / "files"
    folder.mkdir()
    files = {}
    for part, examples in SMALL.items():
        files[part] = []
        for real in mnist._FILES[part]:
            file = mnist._File(real.name, examples, "", "")
            body = rng.integers(0, 10, file.size - len(file.header), dtype=np.uint8).tobytes()
            packed = gzip.compress(file.header + body, mtime=0)
            (folder / f"{file.name}.gz").write_bytes(packed)
            files[part].append(
                mnist._File(
                    real.name,
                    examples,
                    hashlib.sha256(file.header + body).hexdigest(),
                    hashlib.md5(packed).hexdigest(),
                )
            )
    monkeypatch.setattr(mnist, "_FILES", files)
    monkeypatch.delenv(mnist.DATA_VARIABLE, raising=False)
    return folder


def unpack(folder, name):
    (folder / name).write_bytes(gzip.decompress((folder / f"{name}.gz").read_bytes()))
    (folder / f"{name}.gz").unlink()


def assert_small(datasets):
    training, test = datasets
    assert (training.inputs.shape, training.targets.shape) == ((5, 784), (5, 10))
    assert (test.inputs.shape, test.targets.shape) == ((3, 784), (3, 10))
    assert training.inputs.max() <= 9 / 255
    assert set(training.targets.ravel()) == {1.0, 10.0}


def test_files_are_read_plain_or_gzipped(small):
    expected = load_mnist(small)
    unpack(small, "train-images-idx3-ubyte")
    unpack(small, "t10k-labels-idx1-ubyte")
    found = load_mnist(str(small))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.inputs, other.inputs)
        np.testing.assert_array_equal(one.targets, other.targets)
    assert_small(found)


def test_the_variable_names_the_folder(small, monkeypatch):
    monkeypatch.setenv(mnist.DATA_VARIABLE, str(small))
    assert_small(load_mnist())


def damage(content):
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (damage, "not its content"),
        (lambda content: content[:-1], "and starts with"),
        (lambda content: content + b"x", "has more than"),
        (lambda content: b"", "starts with nothing"),
        (lambda content: b"P5" + content[2:], "starts with 5035"),
    ],
)
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_a_file_that_is_not_mnist_is_named(small, name, change, words):
    unpack(small, name)
    path = small / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(FormatError, match=f"{name}.*{words}"):
        load_mnist(small)


@pytest.mark.parametrize("change", [lambda c: c[:-9], lambda c: b"no gzip", lambda c: c[:20]])
def test_a_broken_gzip_file_is_named(small, change):
    path = small / "train-labels-idx1-ubyte.gz"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(FormatError, match=r"train-labels-idx1-ubyte\.gz is no complete gzip file"):
        load_mnist(small)


def test_a_bomb_is_not_unpacked(small):
    path = small / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(bytes(200_000_000)))
    with pytest.raises(FormatError, match="has more than"):
        load_mnist(small)


def test_a_missing_file_is_named(small):
    (small / "t10k-images-idx3-ubyte.gz").unlink()
    with pytest.raises(FileError, match="neither t10k-images-idx3-ubyte nor"):
        load_mnist(small)
    with pytest.raises(FileError, match="holds neither"):
        load_mnist(small / "elsewhere")


class Counting(http.server.SimpleHTTPRequestHandler):
    requests: ClassVar[list[str]] = []

    def do_GET(self):
        self.requests.append(self.path)
        super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(small):
    Counting.requests.clear()
    handler = functools.partial(Counting, directory=str(small))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}/"
        running.shutdown()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(folder))
    monkeypatch.setattr("pooch.os_cache", lambda name: folder / name)
    return folder


def test_files_are_fetched_once_from_the_first_mirror_that_has_them(server, cache, monkeypatch):
    monkeypatch.setattr(mnist, "MIRRORS", (f"{server}nowhere/", server))
    assert_small(load_mnist())
    assert len(Counting.requests) == 8
    assert_small(load_mnist())
    assert len(Counting.requests) == 8
    assert len(list((cache / "crn2sbml" / "mnist").iterdir())) == 4


def test_a_mirror_with_other_files_is_not_believed(server, cache, small, monkeypatch):
    monkeypatch.setattr(mnist, "MIRRORS", (server,))
    path = small / "train-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(FileError, match=r"cannot fetch train-labels-idx1-ubyte.gz .*hash"):
        load_mnist()
    monkeypatch.setattr(mnist, "MIRRORS", ("http://127.0.0.1:9/",))
    with pytest.raises(FileError, match="name a folder with MNIST's four files"):
        load_mnist()


def test_without_pooch_the_remedy_is_said(small, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pooch", None)
    with pytest.raises(MissingDependencyError, match="--data-dir"):
        load_mnist()


def test_the_command_line_trains_on_it(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--layers", "784,3,10", "--rounds", 2, "--forward", "closed-form"]
    result = succeed("train", "--data", "mnist", "--data-dir", small, *options, "-o", "out")
    assert "on 5 examples (mnist)" in result.output
    assert "held-out examples" in result.output
    for wrong in (
        ["--data", "mnist", "--data-dir", small, "--held-out", 0.5],
        ["--data", "xor", "--data-dir", small],
    ):
        result = run("train", *wrong, "-o", "other")
        assert result.exit_code == 2
        assert "leave it out" in result.output


@pytest.mark.skipif(
    mnist.DATA_VARIABLE not in os.environ, reason=f"{mnist.DATA_VARIABLE} names no folder"
)
def test_the_real_files_hold_the_images_of_the_paper():
    training, test = load_mnist()
    assert (len(training), len(test)) == (60_000, 10_000)
    for number, digit in ((25358, 5), (30, 7)):
        np.testing.assert_array_equal(training.inputs[number - 1], load_image(number))
        assert training.targets[number - 1].argmax() == digit
