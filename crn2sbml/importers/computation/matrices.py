"""Matrices that are dense or sparse, as they come about: an identity or a convolution is sparse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from crn2sbml._support.arrays import Array
from crn2sbml.errors import UnsupportedError

Matrix: TypeAlias = Any
"""A numpy.ndarray or a scipy.sparse.csr_array, for which scipy has no types."""

_SMALL = 4096

MOST_WEIGHTS = 25_000_000
"""Numbers of the largest matrix that is built; beyond, ordinary memory would not do."""


def identity(size: int) -> Matrix:
    """Return the identity."""
    check_count(size)
    return _kept(sparse.eye_array(size, format="csr"))


def from_entries(
    values: ArrayLike, rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, int]
) -> Matrix:
    """Return a sparse matrix with some entries; those of the same place are added up."""
    check_count(len(rows))
    built = sparse.csr_array((np.broadcast_to(values, rows.shape), (rows, columns)), shape=shape)
    built.eliminate_zeros()
    return _kept(built)


def from_tensor(tensor: Any) -> NDArray[Any]:
    """Return an array of what can be one, also of a tensor of PyTorch."""
    # numpy has no bfloat16.
    return np.asarray(tensor.detach().cpu().double() if hasattr(tensor, "detach") else tensor)


def repeated(matrix: Array, times: int) -> Matrix:
    """Return a matrix with the same block again and again along its diagonal."""
    if times == 1:
        return matrix
    check_size(times, matrix.size)
    return _kept(sparse.kron(sparse.eye_array(times), matrix, format="csr"))


def product(left: Matrix, right: Matrix) -> Matrix:
    """Multiply two matrices."""
    if sparse.issparse(left) and sparse.issparse(right):
        check_count(int(np.diff(right.indptr)[left.indices].sum()))
    else:
        check_size(left.shape[0], right.shape[1])
    return left @ right


def scaled_rows(matrix: Matrix, factors: Array) -> Matrix:
    """Multiply each row by a number."""
    if sparse.issparse(matrix):
        return sparse.diags_array(factors).tocsr() @ matrix
    return np.asarray(factors[:, np.newaxis] * matrix)


def stacked(matrices: Sequence[Matrix | None], heights: Sequence[int]) -> Matrix:
    """Put matrices below each other; None stands for zeros."""
    width = next(matrix.shape[1] for matrix in matrices if matrix is not None)
    if not any(matrix is None or sparse.issparse(matrix) for matrix in matrices):
        check_size(sum(heights), width)
        return np.concatenate([matrix for matrix in matrices if matrix is not None])
    parts = [
        sparse.csr_array((height, width)) if matrix is None else sparse.csr_array(matrix)
        for matrix, height in zip(matrices, heights, strict=True)
    ]
    check_count(sum(part.nnz for part in parts))
    return _kept(sparse.vstack(parts, format="csr"))


def _kept(matrix: Matrix) -> Matrix:
    """Make a small matrix dense, with which everything is faster."""
    return matrix.toarray() if matrix.shape[0] * matrix.shape[1] <= _SMALL else matrix


def signed_parts(matrix: Matrix) -> tuple[Matrix, Matrix]:
    """Return max(matrix, 0) and min(matrix, 0)."""
    size = abs(matrix)
    return (size + matrix) * 0.5, (matrix - size) * 0.5


def dense(matrix: Matrix) -> Array:
    """Return a matrix with all its zeros."""
    check_size(*matrix.shape)
    return np.asarray(matrix.toarray() if sparse.issparse(matrix) else matrix)


def dense_entries(matrix: Matrix, columns: NDArray[np.intp]) -> Array:
    """Return one number of each row."""
    return np.asarray(matrix[np.arange(matrix.shape[0]), columns]).ravel()


def row_largest(matrix: Matrix) -> Array:
    """Return the largest absolute number of each row."""
    largest = abs(matrix).max(axis=1)
    return np.asarray(largest.toarray() if sparse.issparse(largest) else largest).ravel()


def count_nonzero(matrix: Matrix) -> NDArray[np.intp]:
    """Return how many numbers of each row are not 0."""
    if sparse.issparse(matrix):
        return np.asarray((matrix != 0).sum(axis=1), dtype=np.intp)
    return np.asarray(np.count_nonzero(matrix, axis=1))


def count_entries(matrix: Matrix) -> int:
    """Return how many numbers are held in memory."""
    return int(matrix.nnz if sparse.issparse(matrix) else matrix.size)


def is_zero(matrix: Matrix) -> bool:
    """Tell whether all numbers are 0."""
    return not count_nonzero(matrix).any()


def is_identity(matrix: Matrix) -> bool:
    """Tell whether it is the identity."""
    rows, columns = matrix.shape
    if rows != columns or (count_nonzero(matrix) != 1).any():
        return False
    return bool((matrix.diagonal() == 1.0).all())


def is_signs(matrix: Matrix) -> bool:
    """Tell whether all numbers are 0, 1 or -1."""
    size = abs(matrix)
    return not count_nonzero(size - size * size).any()


def check_count(numbers: int) -> None:
    """Refuse more numbers than there may be in one place.

    Raises
    ------
    UnsupportedError
        If there are more than 25 million.
    """
    if numbers > MOST_WEIGHTS:
        raise UnsupportedError(
            f"there are {numbers:,} numbers, but at most {MOST_WEIGHTS:,} can be imported"
        )


def check_size(rows: int, columns: int) -> None:
    """Refuse matrices that would fill the memory.

    Raises
    ------
    UnsupportedError
        If there are more than 25 million entries.
    """
    if rows * columns > MOST_WEIGHTS:
        raise UnsupportedError(
            f"a layer from {columns:,} to {rows:,} numbers has {rows * columns:,} weights, but at "
            f"most {MOST_WEIGHTS:,} can be imported; chemistry has a reaction or two for each"
        )
