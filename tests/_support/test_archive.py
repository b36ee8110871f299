"""Archives of strangers: nothing is run, and no more is allocated than the file holds."""

import io
import pickle
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from crn2sbml import NeuralNetwork
from crn2sbml._support.archive import read_archive, read_array
from crn2sbml.errors import FileError, FormatError
from tests.memory import PEAK
from tests.mutations import share_read, with_wrong_bytes


def npy(header, content=b""):
    """An array file with a header of our choice."""
    text = header.encode() + b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def shaped(shape, kind="<f8"):
    return npy(f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape}}}", bytes(64))


class Trap:
    def __reduce__(self):
        return open, ("trapped", "w")


def pickled():
    stream = io.BytesIO()
    np.save(stream, np.array([Trap()], dtype=object), allow_pickle=True)
    return stream.getvalue()


BROKEN_ARRAYS = {
    "a pickle": (pickled(), "pickled objects"),
    "a bare pickle": (pickle.dumps(Trap()), "magic"),
    "a huge shape": (shaped("(10**15,)".replace("10**15", str(10**15))), "too short"),
    "a shape beyond all integers": (shaped(f"({10**30},)"), "too short|shape"),
    "empty entries without end": (shaped(f"({10**15},)", "<U0"), "too short"),
    "a negative shape": (shaped("(-1,)"), "too short"),
    "a shape of fractions": (shaped("(1.5,)"), "shape"),
    "a program for a header": (npy("__import__('os').abort()"), "header|malformed"),
    "a header nested too deep": (npy("(" * 5000), "header|recursion|nested|parenthes|EOF"),
    "an unknown kind": (shaped("(1,)", "<z9"), "descr"),
    "an unknown version": (b"\x93NUMPY\x09\x00" + bytes(20), "version"),
    "nothing": (b"", "EOF|magic"),
}


@pytest.mark.parametrize(("content", "words"), BROKEN_ARRAYS.values(), ids=BROKEN_ARRAYS)
def test_a_hostile_array_is_one_clear_error(tmp_path, monkeypatch, content, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(FormatError, match=words):
        read_array("a.npy")
    with zipfile.ZipFile("a.npz", "w") as archive:
        archive.writestr("inputs.npy", content)
    with pytest.raises(FormatError, match=words):
        read_archive("a.npz", "numbers are needed")
    assert not (tmp_path / "trapped").exists()


def test_other_things_in_an_archive_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.py", "boom")
    with pytest.raises(FormatError, match="no array"):
        NeuralNetwork.load(path)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.npy", b"")
    with pytest.raises(FormatError, match="more than 10,000 arrays"):
        NeuralNetwork.load(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", shaped("(8,)"))
    # The archive's own lists say four times a gigabyte.
    content = path.read_bytes().replace(
        struct.pack("<I", len(shaped("(8,)"))), struct.pack("<I", 0xFFFFFFF0)
    )
    path.write_bytes(content)
    with pytest.raises(FormatError, match="more than 2 GiB"):
        read_archive(path, "")


def test_a_size_that_lies_is_found_out_in_bounded_memory(tmp_path):
    real = shaped("(67108864,)")[:-64] + bytes(8 * 67108864)
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("a.npy", real)
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", len(real)), struct.pack("<I", 1000)))
    script = """
import sys
from crn2sbml._support.archive import read_archive
from crn2sbml.errors import FormatError
before = peak()
try:
    read_archive(sys.argv[1], "")
except FormatError:
    print(peak() - before)
"""
    grown = subprocess.run(
        [sys.executable, "-c", PEAK + script, path], capture_output=True, text=True, check=True
    ).stdout
    assert int(grown) < 100_000


def test_an_input_that_is_no_file_is_a_file_error(tmp_path):
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(FileError):
            read_array(path)
        with pytest.raises(FileError):
            read_archive(path, "")


@pytest.mark.hypothesis
def test_no_mutation_of_a_network_file_does_harm(tmp_path):
    path = tmp_path / "a.npz"
    NeuralNetwork.random((2, 2, 1), rng=1).save(path)
    contents = with_wrong_bytes([path.read_bytes()], most=8)

    def read(content):
        path.write_bytes(content)
        NeuralNetwork.load(path)

    assert share_read(read, contents, 200) > 0.04
