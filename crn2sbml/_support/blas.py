"""One BLAS thread while roadrunner runs.

The threads of a BLAS library go on spinning for a while after each product, which takes whole cores
away from the simulations between two products: with two cores, half of the speed and more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep products in the block to the calling thread."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


def keep_one_blas_thread() -> None:
    """Keep all products of this process from now on to the calling thread."""
    _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    # Finding the loaded libraries takes a while, so it is done once.
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
