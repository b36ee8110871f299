"""Timing side by side: contestants take turns, so that a busy machine slows them alike."""

import gc
import time
from collections.abc import Callable, Mapping

import numpy as np


def take_turns(
    contestants: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, list[float]]:
    """Seconds of each contestant in each round, after one round to warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, run in contestants.items():
            gc.collect()
            begin = time.perf_counter()
            run()
            if number:
                seconds[name].append(time.perf_counter() - begin)
    return seconds


def median_ratio(one: list[float], other: list[float]) -> float:
    """Median over the rounds of one contestant's time to the other's."""
    return float(np.median(np.array(one) / np.array(other)))


def heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


def row(what: str, measured: str, goal: str = "") -> None:
    print(f"{what:<52} {measured:>14}   {goal}".rstrip())
