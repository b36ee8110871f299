"""Reproduce section 6 of the paper into one folder, part by part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from crn2sbml.blas import one_blas_thread
from crn2sbml.errors import FileError, InputValueError, OutputExistsError
from crn2sbml.files import save_text
from crn2sbml.paper.comparison import Comparison, to_csv, to_html, to_markdown
from crn2sbml.paper.experiments import FULL, QUICK, Experiments
from crn2sbml.paper.parts import NEED_MNIST, PARTS
from crn2sbml.plots import save_figure


def reproduce_paper(
    folder: str | Path,
    *,
    only: Sequence[str] | None = None,
    quick: bool = False,
    data_dir: str | Path | None = None,
    workers: int = 1,
    overwrite: bool = False,
    tell: Callable[[str], None] = lambda text: None,
    progress: bool = False,
) -> list[Comparison]:
    """Run the experiments of section 6 and write figures, their data and the table of numbers.

    Parameters
    ----------
    folder : str or Path
        Where everything goes; it is made if it does not exist. Each file is written as soon as it
        can be.
    only : sequence of str, optional
        Some of the parts: numbers of figures ("8"), "numbers" or "seeds". All unless given.
    quick : bool, default False
        Far fewer iterations and seeds, to see how everything works; nothing that training gives
        can then be compared with the paper.
    data_dir : str or Path, optional
        Folder with MNIST's files, as for :func:`crn2sbml.data.load_mnist`. Only Figures 8, 9, 10
        and 14 and the seeds need them.
    workers : int, default 1
        Processes that share the chemistry's runs.
    overwrite : bool, default False
        Replace files that exist.
    tell : callable, optional
        Called with a line of text before each part.
    progress : bool, default False
        Show progress bars on stderr (on a terminal only).

    Returns
    -------
    list of Comparison
        The table.

    Raises
    ------
    InputValueError
        If there is no such part.
    FileError
        If the folder cannot be used, or MNIST is not found.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     table = reproduce_paper(folder, only=["numbers"])
    >>> table[0].quantity, table[0].ours, table[0].verdict
    ('a^2_1', '1.54691661955827', 'every printed digit')
    """
    target, chosen = Path(folder), _chosen(only)
    experiments = Experiments(
        QUICK if quick else FULL,
        None if data_dir is None else Path(data_dir),
        workers,
        tell,
        progress,
    )
    if NEED_MNIST.intersection(chosen):
        experiments.read_data()
    _make(target, overwrite)
    comparisons: list[Comparison] = []
    pictures: list[str] = []
    with one_blas_thread():
        for name in chosen:
            tell(f"Figure {name}" if name.isdigit() else name.capitalize())
            part = PARTS[name](experiments)
            comparisons += part.comparisons
            for figure, drawn in part.figures.items():
                pictures.append(f"{figure}.png")
                save_figure(drawn, target / pictures[-1], overwrite)
            for file, text in part.texts.items():
                save_text(text, target / file, overwrite)
    for ending, table in (
        ("csv", to_csv(comparisons)),
        ("md", to_markdown(comparisons)),
        ("html", to_html(comparisons, pictures)),
    ):
        save_text(table, target / f"numbers.{ending}", overwrite)
    return comparisons


def _chosen(only: Sequence[str] | None) -> list[str]:
    for name in only or ():
        if name not in PARTS:
            raise InputValueError(f"there is no part {name!r}; choose of {', '.join(PARTS)}")
    if only is not None and not only:
        raise InputValueError(f"no part was chosen; choose of {', '.join(PARTS)}")
    return [name for name in PARTS if only is None or name in only]


def _make(folder: Path, overwrite: bool) -> None:
    """Make the folder, and refuse one with files in it before hours are lost."""
    try:
        folder.mkdir(exist_ok=True)
        present = next(folder.iterdir(), None)
    except OSError as error:
        raise FileError(f"cannot make {folder}: {error.strerror or error}") from error
    if present is not None and not overwrite:
        raise OutputExistsError(
            f"{folder} holds {present.name} already; choose another folder, or overwrite what is "
            f"in it (overwrite=True in Python, --force on the command line)"
        )
