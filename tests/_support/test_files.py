"""Output appears whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from crn2sbml._support.files import atomic_write, file_errors, save_text
from crn2sbml.errors import FileError, FormatError, OutputExistsError


def test_a_failure_while_writing_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError, match="half way"), atomic_write(tmp_path / "a.txt") as stream:
        stream.write(b"half")
        raise RuntimeError("half way")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_overwriting_leaves_the_old_file(tmp_path):
    target = tmp_path / "a.txt"
    save_text("old", target)
    with pytest.raises(KeyboardInterrupt), atomic_write(target, overwrite=True) as stream:
        stream.write(b"new")
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_text() == "old"


def test_an_existing_file_is_overwritten_only_on_request(tmp_path):
    target = tmp_path / "a.txt"
    save_text("old", target)
    with pytest.raises(OutputExistsError, match="--force"):
        save_text("new", target)
    assert isinstance(OutputExistsError("x"), FileExistsError)
    save_text("new", target, overwrite=True)
    assert target.read_text() == "new"


def test_permissions_are_the_usual_ones(tmp_path):
    save_text("x", tmp_path / "a.txt")
    (tmp_path / "b.txt").write_text("x")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode


@pytest.mark.parametrize("path", ["missing/a.txt", "."])
def test_a_path_that_cannot_be_written_is_an_error(tmp_path, path):
    with pytest.raises(FileError):
        save_text("x", tmp_path / path)


@pytest.mark.parametrize(
    ("doing", "number", "words"),
    [
        ("read", errno.ENOENT, "there is no file a.txt"),
        ("read", errno.EACCES, f"cannot read a.txt: {os.strerror(errno.EACCES)}"),
        ("make", errno.ENOENT, f"cannot make a.txt: {os.strerror(errno.ENOENT)}"),
        ("write to", errno.ENOSPC, f"cannot write to a.txt: {os.strerror(errno.ENOSPC)}"),
    ],
)
def test_what_the_system_says_names_the_file(doing, number, words):
    with pytest.raises(FileError) as raised, file_errors("a.txt", doing):
        raise OSError(number, os.strerror(number), "scratch.tmp")
    assert str(raised.value) == words


def test_a_path_that_no_system_knows_is_an_error_of_the_file():
    path = Path("a\0b")
    with (
        pytest.raises(FileError, match=r"cannot make 'a\\x00b': .*embedded null"),
        file_errors(path, "make"),
    ):
        path.mkdir()


@pytest.mark.parametrize(
    "error",
    [FormatError("no number"), OutputExistsError("a.txt exists"), ValueError("2"), KeyError()],
)
def test_errors_of_the_content_pass_as_they_are(error):
    with pytest.raises(type(error)) as raised, file_errors("a.txt", "read"):
        raise error
    assert raised.value is error
