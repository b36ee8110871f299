"""Files as accident and malice leave them: mutations of real ones."""

from hypothesis import strategies as st

_NASTY = [
    *("", " ", "\x00", "\n", "<", ">", "&", "&lt;", "&x;", "&#0;", '"', "'", "]]>", "<![CDATA["),
    *("0", "-1", "1e400", "-1e400", "1e-400", "NaN", "INF", "0x1", "1_0", "99999999999999999999"),
    *("true", "false", "A", "time", "pi", "vessel", "X1_1", "é", "\ufeff", "\ud83d\ude00"),
    *("<!--", "-->", "<?xml?>", "<!DOCTYPE x>", "</model>", "</listOfSpecies>", "<species/>"),
    *("<apply/>", "<times/>", "<divide/>", "<ci>A</ci>", "<cn>0</cn>", "<cn/>", "<apply>"),
    *('id="A"', 'id="', 'stoichiometry="-1"', 'stoichiometry="1e9"', 'level="9"', 'xmlns=""'),
]


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
