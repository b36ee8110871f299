"""Files as accident and malice leave them: mutations of real ones, and what becomes of them."""

from hypothesis import given
from hypothesis import strategies as st

from crn2sbml.errors import Crn2sbmlError
from tests.strategies import examples

_NASTY = [
    *("", " ", "\x00", "\n", "<", ">", "&", "&lt;", "&x;", "&#0;", '"', "'", "]]>", "<![CDATA["),
    *("0", "-1", "1e400", "-1e400", "1e-400", "NaN", "INF", "0x1", "1_0", "99999999999999999999"),
    *("true", "false", "A", "time", "pi", "vessel", "X1_1", "é", "\ufeff", "\ud83d\ude00"),
    *("<!--", "-->", "<?xml?>", "<!DOCTYPE x>", "</model>", "</listOfSpecies>", "<species/>"),
    *("<apply/>", "<times/>", "<divide/>", "<ci>A</ci>", "<cn>0</cn>", "<cn/>", "<apply>"),
    *('id="A"', 'id="', 'stoichiometry="-1"', 'stoichiometry="1e9"', 'level="9"', 'xmlns=""'),
]


def share_read(read, contents, number):
    """The share of `number` contents that are read; others must be refused by errors of ours.

    The tests ask for about half of what was measured. They are marked as hypothesis marks its own,
    for the attempts are hidden in here.
    """
    outcomes = []

    @examples(number)
    @given(contents)
    def attempt(content):
        try:
            read(content)
        except Crn2sbmlError:
            outcomes.append(0)
        else:
            outcomes.append(1)

    attempt()
    return sum(outcomes) / len(outcomes)


@st.composite
def with_wrong_bytes(draw, contents, most):
    """One of the contents with one or up to so many bytes changed, whole or cut short."""
    content = bytearray(draw(st.sampled_from(contents)))
    for _ in range(draw(st.one_of(st.just(1), st.integers(1, most)))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    whole = draw(st.sampled_from([True, True, False]))
    return bytes(content if whole else content[: draw(st.integers(0, len(content) - 1))])


@st.composite
def mutated(draw, texts):
    """One of the texts after some edits, as bytes."""
    content = draw(st.sampled_from(texts)).encode()
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, max(len(content) - 1, 0)))
        length = draw(st.integers(0, 40))
        kind = draw(st.sampled_from(["cut", "insert", "replace", "copy", "flip", "end"]))
        rest = content[start + length :]
        if kind == "cut":
            content = content[:start] + rest
        elif kind == "insert":
            content = content[:start] + draw(_token()) + content[start:]
        elif kind == "replace":
            content = content[:start] + draw(_token()) + rest
        elif kind == "copy":
            target = draw(st.integers(0, len(content)))
            piece = content[start : start + 10 * length]
            content = content[:target] + piece + content[target:]
        elif kind == "flip" and content:
            content = (
                content[:start] + draw(st.binary(min_size=1, max_size=1)) + content[start + 1 :]
            )
        elif kind == "end":
            content = content[:start] if start > len(content) // 2 else content
    return content


def _token():
    return st.one_of(
        st.sampled_from(_NASTY).map(lambda t: t.encode("utf-8", "replace")), st.binary(max_size=4)
    )
