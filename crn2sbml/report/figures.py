"""matplotlib's figures as part of a page: SVG that takes its colours and letters from the page."""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING
from warnings import catch_warnings, filterwarnings

from crn2sbml.plots import COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The page defines --curve-1 and so on for light and dark; what is black follows its text.
_VARIABLES = {
    colour.lower(): f"var(--curve-{number})" for number, colour in enumerate(COLOURS, start=1)
} | {"#000000": "currentColor"}
_TAG = re.compile(r"<[^>]*>")
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_IDENTIFIER = re.compile(r'(\bid="|url\(#|href="#)')
_START = re.compile(r"<svg [^>]*?viewBox=\"([^\"]*)\"[^>]*>", re.DOTALL)


def inline_svg(figure: Figure, name: str, title: str) -> str:
    """Return a figure as an ``<svg>`` element.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure to show.
    name : str
        Identifiers within the element start with it, so that several figures share a page.
    title : str
        What the figure shows, for those who cannot see it.

    Returns
    -------
    str
        The element; the same figure gives the same text.
    """
    from matplotlib import rc_context

    buffer = io.StringIO()
    # Letters stay letters, so that they can be searched and grow with the page.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "crn2sbml"}), catch_warnings():
        # The browser has letters that matplotlib's own font lacks.
        filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg ") :]
    # Within tags only: between them are users' names.
    text = _TAG.sub(lambda tag: _IDENTIFIER.sub(rf"\g<1>{name}-", _recoloured(tag[0])), text)
    return _START.sub(
        lambda match: (
            f'<svg class="figure" role="img" viewBox="{match[1]}"><title>{escape(title)}</title>'
        ),
        text,
        count=1,
    )


def _recoloured(tag: str) -> str:
    return _COLOUR.sub(lambda match: _VARIABLES.get(match[0], match[0]), tag)
