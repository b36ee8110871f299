"""Ids that stand for nothing else."""

from __future__ import annotations

from collections.abc import Iterable


class FreshIds:
    """Makes ids that are not taken, as near as may be to those that are wanted.

    Parameters
    ----------
    taken : iterable of str
        Ids that stand for something already.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        # Where the search for a number goes on, so that many ids alike take no longer than others.
        self._numbers: dict[str, int] = {}
        self._ids: dict[str, str] = {}

    def new(self, wanted: str) -> str:
        """Return an id that was never returned before: the wanted one, or it with a number."""
        identifier, number = wanted, self._numbers.get(wanted, 2)
        while identifier in self._taken:
            identifier, number = f"{wanted}_{number}", number + 1
        self._numbers[wanted] = number
        self._taken.add(identifier)
        return identifier

    def of(self, thing: str, wanted: str) -> str:
        """Return the id of a thing, a new one if this is the first time that it is asked for."""
        if thing not in self._ids:
            self._ids[thing] = self.new(wanted)
        return self._ids[thing]
