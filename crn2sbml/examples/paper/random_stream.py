"""MATLAB's default random numbers, so that a run of the paper's code can be repeated draw for draw.

The words are those of the Mersenne Twister. Normal numbers come from the ziggurat of Marsaglia and
Tsang (2000) with 256 layers.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files

import numpy as np

from crn2sbml._support.arrays import Array
from crn2sbml.errors import InputValueError

# MATLAB's seed 0 stands for the reference implementation's default.
_DEFAULT_SEED = 5489
_LARGEST_SEED = 2**32 - 1
_WORDS_AT_A_TIME = 4096
_TAIL_LAYER = 255


class MatlabStream:
    """The stream that ``rng(seed)`` starts in MATLAB.

    Parameters
    ----------
    seed : int, default 0
        Seed as MATLAB takes it, from 0 to 2^32 - 1.

    Raises
    ------
    InputValueError
        If the seed is none of these.

    Examples
    --------
    >>> stream = MatlabStream(0)
    >>> print(stream.randn(1, 2))
    [[0.53766714 1.83388501]]
    """

    def __init__(self, seed: int = 0) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= _LARGEST_SEED:
            raise InputValueError(f"seed is {seed!r}; it must be an integer from 0 to 2^32 - 1")
        self._twister = np.random.RandomState(seed or _DEFAULT_SEED)
        self._words: list[int] = []

    def rand(self, *shape: int) -> Array:
        """Return uniform numbers between 0 and 1, matrices filled column by column."""
        return self._filled([self._uniform() for _ in range(math.prod(shape))], shape)

    def randn(self, *shape: int) -> Array:
        """Return standard normal numbers, matrices filled column by column."""
        return self._filled([self._normal() for _ in range(math.prod(shape))], shape)

    def randperm(self, n: int) -> int:
        """Return ``randperm(n, 1)``, one of 1 .. n."""
        return 1 + math.floor(n * self._uniform())

    @staticmethod
    def _filled(values: list[float], shape: tuple[int, ...]) -> Array:
        return np.array(values, dtype=np.float64).reshape(shape, order="F")

    def _word(self) -> int:
        if not self._words:
            content = self._twister.bytes(4 * _WORDS_AT_A_TIME)
            self._words = np.frombuffer(content, dtype="<u4")[::-1].tolist()
        return self._words.pop()

    def _uniform(self) -> float:
        first, second = self._word() >> 5, self._word() >> 6
        return (first * 2.0**26 + second) / 2.0**53

    def _normal(self) -> float:
        edges, densities = _ziggurat()
        while True:
            first, second = self._word(), self._word()
            layer = second >> 24
            mantissa = ((first >> 3) << 24) | (second & 0xFFFFFF)
            u = 2.0 * mantissa / 2.0**53 - 1.0
            z = u * edges[layer]
            if layer > 0 and abs(z) < edges[layer - 1]:
                return z
            if layer == _TAIL_LAYER:
                return self._tail(math.copysign(1.0, u))
            above = densities[layer - 1] if layer > 0 else 1.0
            height = densities[layer] + self._uniform() * (above - densities[layer])
            if height < math.exp(-0.5 * z * z):
                return z

    def _tail(self, sign: float) -> float:
        """Draw from beyond the last edge (Marsaglia 1964)."""
        start = _ziggurat()[0][_TAIL_LAYER - 1]
        while True:
            beyond = -math.log(self._uniform()) / start
            if -2.0 * math.log(self._uniform()) > beyond * beyond:
                return sign * (start + beyond)


@cache
def _ziggurat() -> tuple[list[float], list[float]]:
    """Return the right edges of the layers, ascending, and the density there."""
    text = (
        files("crn2sbml.examples.paper").joinpath("ziggurat_edges.json").read_text(encoding="ascii")
    )
    edges = [float(edge) for edge in json.loads(text)]
    return edges, [math.exp(-0.5 * edge * edge) for edge in edges]
