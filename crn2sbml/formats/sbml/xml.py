"""A streaming XML reader for files of strangers: bounded depth, size and memory, no entities.

Document type declarations, and with them every kind of entity bomb and every reference to another
file, are refused: SBML has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from xml.parsers import expat

from crn2sbml.errors import Crn2sbmlError, FormatError

# Laws nest by tens. libsbml crashes at ten thousand nested elements; recursive functions here
# need this to stay well below Python's own limit.
DEEPEST = 300
# A network of 250,000 reactions has about 4 million elements in 400 MB.
MOST_ELEMENTS = 12_000_000
MOST_BYTES = 1 << 30

MATHML = "http://www.w3.org/1998/Math/MathML"

# What no model depends on, but for the annotation of the whole model.
_SKIPPED = frozenset({"notes", "annotation"})
# Items such as species, reactions and rules are the grandchildren of the model: sbml > model >
# listOfSpecies > species.
_LIST_DEPTH, _ITEM_DEPTH = 2, 3
# The elements whose text counts, and what stands for <sep/> in it.
_WITH_TEXT = frozenset({"ci", "cn", "csymbol"})
SEPARATOR = "|"
_LONGEST_TEXT = 1000
# Names of elements that are remembered; SBML and MathML have fewer.
_MOST_NAMES = 1000


class Element:
    """An element with its children, without its name space.

    Parameters
    ----------
    tag : str
        Local name.
    attributes : dict of str to str
        Those in a name space of their own are named "space name".
    line : int
        Where it starts.
    """

    __slots__ = ("attributes", "children", "line", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.line = line
        self.children: list[Element] = []
        self.text = ""

    def child(self, tag: str) -> Element | None:
        """Return the first child of this name."""
        return next((child for child in self.children if child.tag == tag), None)


class Handler(Protocol):
    """What a document is handed over to, piece by piece."""

    def root(self, space: str, name: str, attributes: dict[str, str]) -> frozenset[str]:
        """Take the root element; return the name spaces whose elements count."""

    def opened(self, element: Element, depth: int) -> None:
        """Take an element above the items when it starts, without its children."""

    def item(self, element: Element, parent: str) -> None:
        """Take a complete item and the name of the list that it stands in."""


class Reader:
    """Feeds on a document and hands over its items one by one, so that memory stays bounded.

    Parameters
    ----------
    source : str
        What is read, for messages.
    handler : Handler
        What the items are for.
    """

    def __init__(self, source: str, handler: Handler) -> None:
        self.source = source
        self._handler = handler
        self._spaces: frozenset[str] | None = None
        self._locals: dict[str, str] = {}
        self._stack: list[Element] = []
        self._skipping = 0
        self._elements = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._doctype

    def error(self, message: str, line: int | None = None) -> FormatError:
        """Return an error that says where it happened."""
        return FormatError(
            f"{self.source}, line {line or self._parser.CurrentLineNumber}: {message}"
        )

    def read(self, pieces: Iterable[str | bytes]) -> None:
        """Read a document to its end.

        Raises
        ------
        FormatError
            If it is no well-formed XML, or larger or deeper than any model.
        """
        size = 0
        try:
            for piece in pieces:
                size += len(piece)
                if size > MOST_BYTES:
                    raise self.error(f"the file is larger than {MOST_BYTES >> 20} MiB")
                self._parser.Parse(piece, False)
                if self._elements > MOST_ELEMENTS:
                    raise self.error(f"the file has more than {MOST_ELEMENTS:,} elements")
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise self.error(f"this is not well-formed XML: {reason}", error.lineno) from error
        except Crn2sbmlError:
            raise
        except (ValueError, LookupError) as error:  # of an encoding that expat does not know
            raise self.error(f"the characters cannot be read: {error}") from error

    def _doctype(self, *_: object) -> None:
        raise self.error(
            "the file holds a document type declaration (DOCTYPE), which no model needs and "
            "which can do harm; remove it"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        stack = self._stack
        depth = len(stack)
        if depth + self._skipping >= DEEPEST:
            raise self.error(f"elements are nested deeper than {DEEPEST}")
        if self._skipping:
            self._skipping += 1
            return
        tag = self._locals.get(name) or self._local(name, attributes)
        if not tag or (tag in _SKIPPED and depth != _LIST_DEPTH):
            self._skipping = 1
            return
        if depth > _ITEM_DEPTH:
            parent = stack[-1]
            # All within an item have its line.
            element = Element(tag, attributes, parent.line)
            parent.children.append(element)
            if tag == "sep":
                parent.text += SEPARATOR
        else:
            element = Element(tag, attributes, self._parser.CurrentLineNumber)
            if depth < _ITEM_DEPTH:
                self._handler.opened(element, depth)
        stack.append(element)

    def _local(self, name: str, attributes: dict[str, str]) -> str:
        """Return the name of an element that counts, without its name space, or nothing."""
        space, _, local = name.rpartition(" ")
        if self._spaces is None:
            self._spaces = self._handler.root(space, local, attributes)
        if len(self._locals) < _MOST_NAMES:
            self._locals[name] = local if space in self._spaces else ""
        return local if space in self._spaces else ""

    def _end(self, _: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        element = self._stack.pop()
        if len(self._stack) == _ITEM_DEPTH:
            self._handler.item(element, self._stack[-1].tag)

    def _data(self, text: str) -> None:
        if self._skipping or not self._stack or self._stack[-1].tag not in _WITH_TEXT:
            return
        element = self._stack[-1]
        element.text += text
        if len(element.text) > _LONGEST_TEXT:
            raise self.error(f"the text of <{element.tag}> is longer than any id or number")
