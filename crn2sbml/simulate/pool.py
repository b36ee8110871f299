"""Batches of runs in this process or in several."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import pairwise

import numpy as np

from crn2sbml.blas import keep_one_blas_thread
from crn2sbml.errors import InputValueError, SimulationError
from crn2sbml.progress import progress_bar
from crn2sbml.simulate.job import Job, Settled
from crn2sbml.simulate.models import LoadableModel
from crn2sbml.simulate.runner import Runner

# Rows that a worker gets at a time, at most: enough to make the transfer negligible, few enough to
# share the work evenly and to move a progress bar. Pieces do not depend on the number of workers,
# and so neither do the results, to the last bit.
_ROWS_PER_PIECE = 50


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

    def settle(self, job: Job, progress: bool) -> Settled:
        """Run all rows of a job and return them in order."""
        with progress_bar("simulating", len(job.drives), progress) as advance:
            pieces = []
            for piece in self._settle_pieces(list(_pieces(job))):
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

    def _settle_pieces(self, jobs: list[Job]) -> Iterator[Settled]:
        if self._executor is None:
            yield from (self.local.settle(job) for job in jobs)
            return
        try:
            yield from self._executor.map(_settle_in_worker, jobs)
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


def _settle_in_worker(job: Job) -> Settled:
    if _worker_runner is None:
        raise SimulationError("the worker process has no model loaded")
    return _worker_runner.settle(job)


def _pieces(job: Job) -> Iterator[Job]:
    """Cut a job into pieces of nearly the same size."""
    rows = len(job.drives)
    pieces = -(-rows // _ROWS_PER_PIECE)
    ends = [rows * piece // pieces for piece in range(pieces + 1)]
    for start, end in pairwise(ends):
        yield job.rows(slice(start, end))
