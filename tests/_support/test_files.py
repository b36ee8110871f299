"""Output appears whole or not at all."""

import pytest

from crn2sbml._support.files import atomic_write, save_text
from crn2sbml.errors import FileError, OutputExistsError


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
