"""A progress bar for long work, on the terminal of those who asked for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(description: str, total: int, enabled: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr while the block runs, and only on a terminal.

    Parameters
    ----------
    description : str
        Text beside the bar that says what is going on.
    total : int
        Number of steps in all.
    enabled : bool
        Whether to show anything.

    Yields
    ------
    callable
        Call it with the number of steps just done.
    """
    if not enabled:
        yield lambda steps: None
        return
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(description, total=total)
        yield lambda steps: bar.advance(task, steps)
