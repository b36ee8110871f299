"""A streaming XML reader for files of strangers: bounded depth, size and memory, no entities.

Document type declarations, and with them every kind of entity bomb and every reference to another
file, are refused: SBML has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol
from xml.parsers import expat

from crn2sbml.errors import Crn2sbmlError, FormatError

# Laws nest by tens. libsbml crashes at ten thousand nested elements; recursive functions here
# need this to stay well below Python's own limit.
DEEPEST = 300
# A model of 250,000 reactions has about 4 million elements in 400 MB.
MOST_ELEMENTS = 12_000_000
MOST_BYTES = 1 << 30
# No law or list of references has as many.
_MOST_ELEMENTS_IN_ITEM = 100_000
_LONGEST_MESSAGE = 600
# Limits are looked at after every so many characters.
_PIECE = 1 << 20

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
        The local name.
    attributes : dict of str to str
        The attributes; those in a name space of their own are named "space name".
    line : int
        The line in which it starts.
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

    def root(
        self, space: str, name: str, attributes: dict[str, str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Take the root element; return the name spaces that count and those to be skipped."""

    def opened(self, element: Element, depth: int) -> None:
        """Take an element above the items when it starts, without its children."""

    def item(self, element: Element, parent: str) -> None:
        """Take a complete item and the name of the list that it stands in."""


class Reader:
    """Feeds on a document and hands over its items one by one, so that memory stays bounded.

    Parameters
    ----------
    source : str
        The name of what is read, for messages.
    handler : Handler
        The object that takes the items.
    """

    def __init__(self, source: str, handler: Handler) -> None:
        self.source = source
        self._handler = handler
        self._spaces: frozenset[str] | None = None
        self._skipped_spaces: frozenset[str] = frozenset()
        self._locals: dict[str, str] = {}
        self._stack: list[Element] = []
        self._skipping = 0
        self._elements = 0
        self._item_start = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._doctype

    def error(self, message: str, line: int | None = None) -> FormatError:
        """Return an error that says where it happened."""
        return FormatError(f"{self.source}, line {line or self.line}: {shortened(message)}")

    @property
    def line(self) -> int:
        """The line that is being read."""
        return self._parser.CurrentLineNumber

    def read(self, pieces: Iterable[str | bytes]) -> None:
        """Read a document to its end.

        Raises
        ------
        FormatError
            If it is no well-formed XML, or larger or deeper than any model.
        """
        size = 0
        try:
            for piece in _in_pieces(pieces):
                size += len(piece)
                self._parser.Parse(piece, False)
                self._check_limits(size)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise self.error(f"this is not well-formed XML: {reason}", error.lineno) from error
        except Crn2sbmlError:
            raise
        except (ValueError, LookupError) as error:  # of an encoding that expat does not know
            raise self.error(f"the characters cannot be read: {error}") from error

    def _check_limits(self, size: int) -> None:
        if size > MOST_BYTES:
            raise self.error(f"the file is larger than {MOST_BYTES >> 20} MiB")
        if self._elements > MOST_ELEMENTS:
            raise self.error(f"the file has more than {MOST_ELEMENTS:,} elements")
        if len(self._stack) > _ITEM_DEPTH and not self._skipping:
            self._check_item(self._stack[_ITEM_DEPTH])

    def _check_item(self, item: Element) -> None:
        if self._elements - self._item_start > _MOST_ELEMENTS_IN_ITEM:
            raise self.error(
                f"<{item.tag}> holds more than {_MOST_ELEMENTS_IN_ITEM:,} elements", item.line
            )

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
            if not tag:
                self._check_skipped(name)
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
            self._item_start = self._elements
            if depth < _ITEM_DEPTH:
                self._handler.opened(element, depth)
        stack.append(element)

    def _local(self, name: str, attributes: dict[str, str]) -> str:
        """Return the name of an element that counts, without its name space, or nothing."""
        space, _, local = name.rpartition(" ")
        if self._spaces is None:
            self._spaces, self._skipped_spaces = self._handler.root(space, local, attributes)
        if len(self._locals) < _MOST_NAMES:
            self._locals[name] = local if space in self._spaces else ""
        return local if space in self._spaces else ""

    def _check_skipped(self, name: str) -> None:
        """Skip elements of other name spaces in annotations, and packages that are optional."""
        space, _, local = name.rpartition(" ")
        parents = [element.tag for element in self._stack]
        if "annotation" in parents or "notes" in parents:
            return
        if space not in self._skipped_spaces or "math" in parents:
            raise self.error(
                f"<{local}> is in the name space {space!r}, which has no place here; put it into "
                f"an <annotation>"
            )

    def _end(self, _: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        element = self._stack.pop()
        if len(self._stack) == _ITEM_DEPTH:
            self._check_item(element)
            self._handler.item(element, self._stack[-1].tag)

    def _data(self, text: str) -> None:
        if self._skipping or not self._stack or self._stack[-1].tag not in _WITH_TEXT:
            return
        element = self._stack[-1]
        element.text += text
        if len(element.text) > _LONGEST_TEXT:
            raise self.error(f"the text of <{element.tag}> is longer than any id or number")


def shortened(message: str) -> str:
    """Return a message without the rest of what a file may put into it."""
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]} ..."


def _in_pieces(pieces: Iterable[str | bytes]) -> Iterator[str | bytes]:
    for piece in pieces:
        for start in range(0, len(piece), _PIECE):
            yield piece[start : start + _PIECE]
