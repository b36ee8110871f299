"""The ids that compiled networks give to inputs and nodes."""

from __future__ import annotations

import re

_NODE_ID = re.compile(r"X(\d{1,9})_(\d{1,9})", re.ASCII)


def parse_node_id(identifier: str) -> tuple[int, int] | None:
    """Return layer and node of an id such as X2_1, or None for other ids.

    Examples
    --------
    >>> parse_node_id("X2_13"), parse_node_id("glucose")
    ((2, 13), None)
    """
    match = _NODE_ID.fullmatch(identifier)
    return None if match is None else (int(match[1]), int(match[2]))
