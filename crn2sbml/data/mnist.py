"""MNIST: 70,000 handwritten digits of 28 x 28 pixels, from the four files that everybody has.

The files are looked for in a folder, given or named by the variable ``CRN2SBML_DATA``, and
otherwise fetched once into the user's cache. Either way their content is compared with checksums.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crn2sbml._support.files import file_errors
from crn2sbml.data.dataset import Dataset, class_targets
from crn2sbml.errors import FileError, FormatError, MissingDependencyError

# Names a folder that holds the files.
DATA_VARIABLE = "CRN2SBML_DATA"
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_BRIGHTEST = 255.0
_DIGITS = tuple(f"digit {digit}" for digit in range(10))
_SIDE = 28


@dataclass(frozen=True, slots=True)
class _File:
    """One of the four files: what is in it, unpacked, and how the mirrors' copy is recognised."""

    name: str
    examples: int
    content_sha256: str
    packed_md5: str

    @property
    def holds_images(self) -> bool:
        return "images" in self.name

    @property
    def header(self) -> bytes:
        """The IDX header: kind and dimensions."""
        shape = (self.examples, _SIDE, _SIDE) if self.holds_images else (self.examples,)
        magic = bytes([0, 0, 8, len(shape)])
        return magic + b"".join(length.to_bytes(4, "big") for length in shape)

    @property
    def size(self) -> int:
        """Bytes of the unpacked file."""
        return len(self.header) + self.examples * (_SIDE * _SIDE if self.holds_images else 1)


_FILES = {
    "training": (
        _File(
            "train-images-idx3-ubyte",
            60_000,
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        ),
        _File(
            "train-labels-idx1-ubyte",
            60_000,
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "d53e105ee54ea40749a09fcbcd1e9432",
        ),
    ),
    "test": (
        _File(
            "t10k-images-idx3-ubyte",
            10_000,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "9fb629c4189551a2d022fa330f9573f3",
        ),
        _File(
            "t10k-labels-idx1-ubyte",
            10_000,
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
    ),
}


def load_mnist(folder: str | Path | None = None) -> tuple[Dataset, Dataset]:
    """Read MNIST.

    Parameters
    ----------
    folder : str or Path, optional
        Where the four IDX files are, plain or gzipped. Unless given, the folder that the
        variable ``CRN2SBML_DATA`` names; without it, the files are fetched into the user's cache
        when they are first needed (extra ``mnist``).

    Returns
    -------
    tuple of Dataset
        (training, test): 60,000 and 10,000 images of 784 pixels from 0 to 1, row by row, with the
        paper's targets 10 and 1 for each digit.

    Raises
    ------
    FileError
        If a file is missing or cannot be read or fetched.
    FormatError
        If a file is not what it should be; the message says which.
    """
    place = folder or os.environ.get(DATA_VARIABLE)
    paths = _paths_in(Path(place)) if place else _fetched_paths()
    return _dataset("training", paths), _dataset("test", paths)


def _dataset(part: str, paths: dict[str, Path]) -> Dataset:
    images, labels = (_read(file, paths[file.name]) for file in _FILES[part])
    return Dataset(
        images.reshape(len(labels), -1) / _BRIGHTEST,
        class_targets(labels, len(_DIGITS)),
        "mnist" if part == "training" else "mnist test images",
        None,
        _DIGITS,
    )


def _all_files() -> list[_File]:
    return [file for part in _FILES.values() for file in part]


def _paths_in(folder: Path) -> dict[str, Path]:
    paths = {}
    for file in _all_files():
        candidates = [folder / file.name, folder / f"{file.name}.gz"]
        present = next((path for path in candidates if path.is_file()), None)
        if present is None:
            raise FileError(
                f"{folder} holds neither {file.name} nor {file.name}.gz; MNIST has four such files"
            )
        paths[file.name] = present
    return paths


def _read(file: _File, path: Path) -> NDArray[np.uint8]:
    content = _content(path, file.size)
    if len(content) != file.size or not content.startswith(file.header):
        raise FormatError(
            f"{path} is not MNIST's {file.name}: it must hold {file.size:,} bytes after unpacking "
            f"and start with {file.header.hex()}, but has {_length(content, file)} and starts with "
            f"{content[: len(file.header)].hex() or 'nothing'}"
        )
    if hashlib.sha256(content).hexdigest() != file.content_sha256:
        raise FormatError(
            f"{path} has the form of MNIST's {file.name}, but not its content (SHA-256); it is "
            f"damaged or another data set; load your own data with load_dataset"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=len(file.header))


def _length(content: bytes, file: _File) -> str:
    return f"more than {file.size:,}" if len(content) > file.size else f"{len(content):,}"


def _content(path: Path, size: int) -> bytes:
    """Return the unpacked content, but no more than a byte too much."""
    unpacked = gzip.open if path.suffix == ".gz" else open
    with file_errors(path, "read"):
        try:
            with unpacked(path, "rb") as stream:
                return stream.read(size + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FormatError(f"{path} is no complete gzip file: {error}") from error


def _fetched_paths() -> dict[str, Path]:
    """Return the files in the cache, fetched from the first mirror that has them."""
    try:
        import pooch
    except ImportError as error:
        raise MissingDependencyError(
            "fetching MNIST needs pooch: pip install 'crn2sbml[mnist]'; or name a folder with its "
            f"four files (--data-dir, or the variable {DATA_VARIABLE})"
        ) from error
    cache = pooch.os_cache("crn2sbml")
    paths = {}
    for file in _all_files():
        failures = []
        for mirror in MIRRORS:
            try:
                name = pooch.retrieve(
                    f"{mirror}{file.name}.gz",
                    known_hash=f"md5:{file.packed_md5}",
                    fname=f"{file.name}.gz",
                    path=cache / "mnist",
                )
            # Whatever requests, urllib3 and pooch raise, the next mirror may do.
            except Exception as error:
                failures.append(f"{mirror}: {type(error).__name__}: {error}")
            else:
                paths[file.name] = Path(name)
                break
        else:
            raise FileError(
                f"cannot fetch {file.name}.gz ({'; '.join(failures)}); name a folder with MNIST's "
                f"four files (--data-dir, or the variable {DATA_VARIABLE})"
            )
    return paths
