"""Reproduce section 6 of the paper into one folder, part by part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from crn2sbml._support.blas import one_blas_thread
from crn2sbml._support.files import file_errors, save_text
from crn2sbml.errors import FileError, FormatError, InputValueError, OutputExistsError
from crn2sbml.examples.paper.comparison import (
    Comparison,
    from_csv,
    merge,
    to_csv,
    to_html,
    to_markdown,
)
from crn2sbml.examples.paper.experiments import FULL, QUICK, Experiments
from crn2sbml.examples.paper.parts import CAPTIONS, NEED_MNIST, PARTS
from crn2sbml.plots import save_figure

_TABLE = "numbers.csv"


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
        Where everything goes; it is made if it does not exist. Files are written after each part.
        The table keeps the rows of parts that an earlier run wrote into the same folder.
    only : sequence of str, optional
        Some of the parts: numbers of figures ("8"), "numbers" (printed with all digits) or "seeds"
        (smoothed against plain ReLU). All unless given.
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
        The rows of the table that were run.

    Raises
    ------
    InputValueError
        If there is no such part.
    FileError
        If the folder cannot be used, or MNIST is not found.
    FormatError
        If a file of MNIST is not what it should be, or the folder holds another table.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     table = reproduce_paper(folder, only=["numbers"])
    >>> table[0].quantity, table[0].ours, table[0].verdict
    ('a^2_1', '1.54691661955827', 'every printed digit')
    """
    chosen, target = _chosen(only), _checked_folder(folder, overwrite)
    experiments = Experiments(
        QUICK if quick else FULL,
        None if data_dir is None else Path(data_dir),
        workers,
        tell,
        progress,
    )
    if NEED_MNIST.intersection(chosen):
        experiments.read_data()
    _make(target)
    known = _read_table(target / _TABLE)
    comparisons: list[Comparison] = []
    with one_blas_thread():
        for name in chosen:
            tell(f"Figure {name}" if name.isdigit() else name.capitalize())
            part = PARTS[name](experiments)
            for figure, drawn in part.figures.items():
                save_figure(drawn, target / f"{figure}.png", overwrite=True)
            for file, text in part.texts.items():
                save_text(text, target / file, overwrite=True)
            comparisons += part.comparisons
            _write_tables(target, merge(known, comparisons))
    return comparisons


def _write_tables(folder: Path, comparisons: list[Comparison]) -> None:
    drawn = {n: text for n, text in CAPTIONS.items() if (folder / f"{n}.png").exists()}
    save_text(to_csv(comparisons), folder / _TABLE, overwrite=True)
    save_text(to_markdown(comparisons), folder / "numbers.md", overwrite=True)
    save_text(to_html(comparisons, drawn), folder / "numbers.html", overwrite=True)


def _read_table(path: Path) -> list[Comparison]:
    """Return the rows of an earlier run into the same folder."""
    if not path.exists():
        return []
    try:
        return from_csv(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FormatError(
            f"{path} is not the table of an earlier run ({error}); choose another folder"
        ) from error


def _chosen(only: Sequence[str] | None) -> list[str]:
    names = [only] if isinstance(only, str) else only
    if names is not None and not names:
        raise InputValueError(f"no part was chosen; choose of {', '.join(PARTS)}")
    for name in names or ():
        if name not in PARTS:
            raise InputValueError(f"there is no part {name!r}; choose of {', '.join(PARTS)}")
    return [name for name in PARTS if names is None or name in names]


def _checked_folder(path: str | Path, overwrite: bool) -> Path:
    """Refuse a folder that cannot be used before any time is spent on it."""
    folder = Path(path)
    try:
        if folder.exists() and not folder.is_dir():
            raise FileError(f"{folder} is a file, but the results go into a folder; name another")
        if not folder.resolve().parent.is_dir():
            raise FileError(f"there is no folder {folder.resolve().parent}; create it first")
        present = next(folder.iterdir(), None) if folder.exists() else None
    except (OSError, ValueError) as error:  # a path cannot hold the character 0
        if isinstance(error, FileError):
            raise
        raise FileError(f"cannot use {str(folder)!r}: {error}") from error
    if present is not None and not overwrite:
        raise OutputExistsError(
            f"{folder} holds {present.name} already; choose another folder, or overwrite what is "
            f"in it (overwrite=True in Python, --force on the command line)"
        )
    return folder


def _make(folder: Path) -> None:
    """Make the folder, and see whether it can be written to."""
    with file_errors(folder, "write to"):
        folder.mkdir(exist_ok=True)
        with NamedTemporaryFile(dir=folder):
            pass
