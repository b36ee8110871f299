"""Counts and values in sentences."""

from __future__ import annotations


def shown(value: object) -> str:
    """Return a label as people write it: a text in quotes, a whole number without a point.

    Examples
    --------
    >>> shown("a"), shown(3.0), shown(0.25), shown(True)
    ("'a'", '3', '0.25', 'True')
    """
    if not isinstance(value, float):
        return repr(value)
    return f"{value:.0f}" if value.is_integer() else f"{value:g}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, which is in the plural unless there is one.

    Parameters
    ----------
    number : int
        How many there are.
    noun : str
        What one of them is called.
    plural : str, optional
        What several are called; with an s at the end unless given.

    Examples
    --------
    >>> counted(1, "input"), counted(1200, "input"), counted(0, "class", "classes")
    ('1 input', '1,200 inputs', '0 classes')
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
