"""Batches of runs in this process or in several."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import pairwise

import numpy as np

from crn2sbml._support.blas import keep_one_blas_thread
from crn2sbml._support.progress import progress_bar
from crn2sbml.errors import InputValueError, SimulationError
from crn2sbml.simulate.job import Job, Settled
from crn2sbml.simulate.kernel import LoadableModel
from crn2sbml.simulate.runner import Runner

# A batch is cut into this many pieces, which two or three workers share evenly, with more where
# pieces would be too large to move a progress bar, and fewer where they would be so small that
# handing them over takes longer than running them. The number does not depend on that of the
# workers, and so neither do the results, to the last bit.
_PIECES = 6
_MOST_ROWS, _FEWEST_ROWS = 150, 25


class Pool:
    """Runs jobs on a loaded model, in this process (one worker) or in several.

    Parameters
    ----------
    model : LoadableModel
        What each worker loads, once.
    workers : int
        Number of processes; 1 stays in this one.
    """

    def __init__(self, model: LoadableModel, workers: int) -> None:
        if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
            raise InputValueError(f"workers is {workers!r}; it must be an integer >= 1")
        self.model = model
        self.workers = workers
        self._local = Runner(model) if workers == 1 else None
        # How often each worker process that has run jobs has loaded a model, by the process's id.
        self.worker_loads: dict[int, int] = {}
        self._executor = self._start() if workers > 1 else None

    def _start(self) -> ProcessPoolExecutor:
        # Spawned, not forked: a fork would copy roadrunner's compiled models and threads.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(
            self.workers, mp_context=context, initializer=_load_in_worker, initargs=(self.model,)
        )

    @property
    def local(self) -> Runner:
        """The runner of this process, loaded when it is first needed."""
        if self._local is None:
            self._local = Runner(self.model)
        return self._local

    def settle(self, jobs: Iterable[Job], rows: int, progress: bool) -> Settled:
        """Run the jobs, of so many rows in all, and return all rows in order.

        Jobs are taken one by one, so that the first can run while later ones are still made.
        """
        with progress_bar("simulating", rows, progress) as advance:
            pieces = []
            for piece in self._settle_pieces(jobs):
                pieces.append(piece)
                advance(len(piece.states))
        failures = [piece.failure for piece in pieces if piece.failure]
        return Settled(
            np.concatenate([piece.states for piece in pieces]),
            np.concatenate([piece.error_bounds for piece in pieces]),
            np.concatenate([piece.provable for piece in pieces]),
            np.concatenate([piece.times for piece in pieces]),
            failures[0] if failures else None,
        )

    def _settle_pieces(self, jobs: Iterable[Job]) -> Iterator[Settled]:
        if self._executor is None:
            yield from (self.local.settle(job) for job in jobs)
            return
        try:
            for settled, process, loads in self._executor.map(_settle_in_worker, jobs):
                self.worker_loads[process] = loads
                yield settled
        except BrokenProcessPool as error:
            raise SimulationError(
                "a worker process died or could not start; try workers=1, and in a script keep "
                "the call below `if __name__ == '__main__':`"
            ) from error

    def close(self) -> None:
        """Stop the worker processes."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)


_worker_runner: Runner | None = None


def _load_in_worker(model: LoadableModel) -> None:
    global _worker_runner  # one model for the life of a worker process
    keep_one_blas_thread()  # the limit of the process that started this one does not reach it
    _worker_runner = Runner(model)


def _settle_in_worker(job: Job) -> tuple[Settled, int, int]:
    """Run a job; return also the id of this process, and how often it has loaded a model."""
    if _worker_runner is None:
        raise SimulationError("the worker process has no model loaded")
    return _worker_runner.settle(job), os.getpid(), Runner.loads


def parts(rows: int) -> Iterator[slice]:
    """Cut a batch of so many rows into parts of nearly the same size, a job each."""
    pieces = max(min(_PIECES, -(-rows // _FEWEST_ROWS)), -(-rows // _MOST_ROWS))
    ends = [rows * piece // pieces for piece in range(pieces + 1)]
    for start, end in pairwise(ends):
        yield slice(start, end)
