"""Files of tables, in what people's programs write: the same numbers, or an error with a place."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml._support.columns import clean_name
from crn2sbml.data import read_table
from crn2sbml.errors import FileError, FormatError, MissingDependencyError

NAMES = ("temp_C", "ph", "salt_mM")
HEADER = "temp_C,ph,salt_mM\n"
ROW = [5.0, 7.0, 20.0]


@pytest.fixture
def table(tmp_path):
    """Write a file, and read it as a table that is called by the file's name alone."""

    def write(content, encoding="utf-8", name="t.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return read_table(path)

    return write


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "5,7,20\n",
        "5,7,20",
        "\ufeff" + HEADER + "5,7,20\n",
        HEADER.replace(",", ";") + "5;7;20\n",
        HEADER.replace(",", ";") + "5,0;7,0;20,00\n",
        "5,0;7;20\n",
        HEADER.replace(",", "\t") + "5\t7\t20\n",
        HEADER.replace(",", "\t") + "5,0\t7\t20\n",
        "  temp_C   ph  salt_mM\n\n     5.0    7       20 \n",
        '"temp_C" "ph" "salt_mM"\n5 7 20\n',
        "5,0 7,0 20,0\n",
        "5, 7, 20\n",
        "sep=;\ntemp_C;ph;salt_mM\n5;7;20\n",
        (HEADER + "\n\n5,7,20\n\n").replace("\n", "\r\n"),
        (HEADER + "5,7,20").replace("\n", "\r"),
        "temp_C,ph,salt_mM,\n5,7,20,\n",
        HEADER + "5,7,20,\n,,\n,,\n",
        "# my data, of May\n" + HEADER + "# more\n5,7,20\n",
        "# salt_mM,ph,temp_C\n20,7,5\n",
        '"temp_C","ph","salt_mM"\n"5","7","20"\n',
        '"temp_C ","ph\n", salt_mM\n5,7,20\n',
        "salt_mM,temp_C,ph\n20,5,7\n",
        'id,ph,note,salt_mM,temp_C\n007,7,"a, ""b""\nc",20,5\n',
        ",temp_C,ph,salt_mM\n0,5,7,20\n",
        HEADER + "+5e0,7.,.2E+2\n",
    ],
)
def test_every_usual_dialect_gives_the_same_numbers(table, text):
    assert table(text).rows(NAMES, 3).tolist() == [ROW]


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
def test_every_usual_encoding_is_read(table, encoding):
    found = table("größe,temp_C,ph,salt_mM\nx,5,7,20\n", encoding)
    assert found.rows(NAMES, 3).tolist() == [ROW]
    assert found.left_out(NAMES) == ["größe"]


def test_names_and_columns_that_are_left_out_are_told(table):
    found = table("id,ph,salt_mM,growth,temp_C\na,7,20,3,5\nb,8,30,4,6\n")
    assert found.names == ("id", "ph", "salt_mM", "growth", "temp_C")
    assert found.left_out(NAMES) == ["id", "growth"]
    assert found.numbers(["growth", "ph"]).tolist() == [[3.0, 7.0], [4.0, 8.0]]
    assert found.texts("id") == ["a", "b"]
    assert found.texts("growth") is None
    assert table("5,7,20\n").names is None
    assert table("5,7,20\n").left_out(NAMES) == []


def test_a_row_has_a_place_in_the_file(table):
    found = table('# of May\ntemp_C,ph,salt_mM,note\n5,7,20,"a\nb"\n\n# more\n6,7,20,c\n')
    assert found.place(0).endswith("t.csv, line 3")
    assert found.place(1, NAMES).endswith("t.csv, line 7")


def test_years_are_a_header_where_they_are_known(table):
    found = table("2021,2020\n1,2\n")
    assert found.rows(["2020", "2021"], 2).tolist() == [[2.0, 1.0]]
    assert found.rows(["a", "b"], 2).tolist() == [[2021.0, 2020.0], [1.0, 2.0]]
    with pytest.raises(FormatError, match=r"begins with 2021, 2020: .* 2022 is missing"):
        found.rows(["2020", "2022"], 2)
    digits = [str(number) for number in range(3)]
    assert table("0,0,1\n").rows(digits, 3).tolist() == [[0.0, 0.0, 1.0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER + "5,7,20\n\n5,,20\n", "line 4, column ph is empty; fill it in"),
        ("temp_C,ph,salt_mM,growth\n5,,20,3\n6,,30,2\n", "line 2, column ph is empty"),
        ("5,,20\n6,7,20\n", "line 1, column 2 is empty"),
        ("5,NA,20\n6,7,20\n", r"line 1, column 2 is missing \(NA\)"),
        (HEADER + "5,7,\n", "line 2, column salt_mM is empty"),
        (HEADER + "5,nan,20\n", r"line 2, column ph is missing \(nan\)"),
        (HEADER + "5,7,20\n,,\n5,7,20\n", "line 3 has no number in it"),
        (HEADER.replace(",", "\t") + "5\t\t20\n", "line 2, column ph is empty"),
        ("5\t\t20\n6\t\t30\n", "line 1, column 2 is empty"),
        (HEADER + "5 C,7,20\n", "line 2, column temp_C holds '5 C', which is no number"),
        (HEADER + "5,inf,20\n", "line 2, column ph holds 'inf', which is no finite number"),
        (HEADER + "5,-,20\n", "line 2, column ph holds '-'"),
        (HEADER + "5,7,2_0\n", "line 2, column salt_mM holds '2_0'"),
        (HEADER + "5,7,0x1F\n", "line 2, column salt_mM holds '0x1F'"),
        (HEADER + "5,7,1e999\n", "line 2, column salt_mM holds '1e999', which is no finite number"),
        (HEADER + '5,7,"1,234"\n', "line 2, column salt_mM holds '1,234'.*separators of thousands"),
        (HEADER.replace(",", ";") + "5;7;1,234\n", "'1,234', with a decimal comma or a separator"),
        (HEADER.replace(",", ";") + "5;7;1.234,5\n", "line 2, column salt_mM holds '1.234,5'"),
        (HEADER.replace(",", ";") + "5;7;1,234,567\n", "column salt_mM holds '1,234,567'"),
        (HEADER.replace(",", ";") + "5,5;7.5;20\n", "temp_C holds '5,5' with a decimal comma, but"),
        (HEADER.replace(",", ";") + "5;7;1 234,5\n", "column salt_mM holds '1 234,5'"),
        (HEADER + "5,7,20\n5,7\n", "line 3 has 2 cells, but the first row has 3"),
        (HEADER + "5,7,1,234\n", "line 2 has 4 cells, but the first row has 3"),
        ("5,7,20\n5,7,20,1\n", "line 2 has 4 cells"),
        ("1,5;7,5\n", "2 columns, but the network has 3 inputs: .*as decimal commas"),
        ("1,5,7,5,2,0\n", "6 columns, but .* if its commas are decimal commas"),
        ("wrong,names,here\n5,7,20\n", "no column temp_C, ph, salt_mM; .*wrong, names, here"),
        ("temp_C,PH,salt_mM\n5,7,20\n", "no column ph; its columns are temp_C, PH, salt_mM"),
        ("temp_C,ph,salt_mM,ph\n5,7,20,1\n", "several columns named ph"),
        ("# temp_C,ph,salt\n5,7,20\n", "begins with temp_C, ph, salt: .*salt_mM is missing"),
        (
            HEADER[:-1] + ',note\n5,7,20,"oops\n6,7,20,x\n',
            "line 2: cannot tell where a quoted cell",
        ),
        ("", "holds no table"),
        ("# nothing\n\n", "holds no table"),
        (HEADER, "names of columns and no rows"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_its_place(table, text, message):
    with pytest.raises(FormatError, match=message) as caught:
        table(text).rows(NAMES, 3)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,c\n1,2,3\n", r"3 columns \(a, b, c\), but the network has 2 inputs"),
        (",a\n0,1\n", "gives column 1 no name"),
        ("5 C,7\n6,7\n", "begins with 5 C, 7, some numbers and some not"),
        ("1,5\n2,5\n3,5,\n3,5,4\n", "line 4 has 3 cells"),
    ],
)
def test_without_known_names_columns_count_by_position_or_not_at_all(table, text, message):
    assert table("a,b\n1,2\n").rows(None, 2).tolist() == [[1.0, 2.0]]
    with pytest.raises(FormatError, match=message):
        table(text).rows(None, 2)


def test_decimal_commas_are_never_other_columns(table):
    for width in (1, 4):
        with pytest.raises(FormatError, match="decimal commas"):
            table("1,5;2,5\n").rows(None, width)
    assert table("1,5;2,5\n").rows(None, 2).tolist() == [[1.5, 2.5]]
    with pytest.raises(FormatError, match="decimal commas"):
        table("1,5\n2,5\n").rows(None, 1)


def test_targets_are_asked_for_by_name(table):
    with pytest.raises(FormatError, match=r"no names of columns; .* among them growth"):
        table("1,2\n").numbers(["growth"])
    with pytest.raises(FormatError, match="no column growth; its columns are a, b"):
        table("a,b\n1,x\n").texts("growth")
    with pytest.raises(FormatError, match="line 3, column kind is empty"):
        table("kind,b\nx,1\n,2\n").texts("kind")
    assert table("kind,b\n+,1\n-,2\nnone,3\n").texts("kind") == ["+", "-", "none"]


def frame():
    return pd.DataFrame(
        {"salt_mM": [20, 30], "id": ["a", "b"], "ph": [7.25, 8], "temp_C": [5.0, 1 / 3]}
    )


WANTED = [[5.0, 7.25, 20.0], [1 / 3, 8.0, 30.0]]


def written(method, **options):
    stream = io.BytesIO()
    getattr(frame(), method)(stream, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("method", "options", "name"),
    [
        ("to_excel", {"index": False}, "t.xlsx"),
        ("to_excel", {"startrow": 2}, "t.xlsx"),
        ("to_parquet", {}, "t.parquet"),
        ("to_csv", {}, "t.csv"),
        # Told apart by what is in them.
        ("to_excel", {}, "t.csv"),
    ],
)
def test_workbooks_and_parquet_are_tables_like_others(table, method, options, name):
    found = table(written(method, **options), name=name)
    assert found.rows(NAMES, 3).tolist() == WANTED
    assert "id" in found.left_out(NAMES)
    assert found.texts("id") == ["a", "b"]


def test_an_empty_cell_of_a_workbook_is_named_by_its_row(table):
    broken = frame()
    broken.loc[1, "ph"] = None
    for method, row in (("to_excel", 3), ("to_parquet", 2)):
        stream = io.BytesIO()
        getattr(broken, method)(stream)
        with pytest.raises(FormatError, match=f"row {row}, column ph is empty"):
            table(stream.getvalue()).rows(NAMES, 3)
    broken["ph"] = pd.to_datetime(["2020-01-01", "2020-01-02"])
    stream = io.BytesIO()
    broken.to_excel(stream)
    with pytest.raises(
        FormatError, match="row 2, column ph holds 2020-01-01 00:00:00, which is no"
    ):
        table(stream.getvalue()).rows(NAMES, 3)


def test_what_is_no_table_is_said(table, tmp_path):
    archive = io.BytesIO()
    np.savez(archive, a=[1.0])
    for content, message in (
        (bytes(range(256)), "is no text"),
        (written("to_excel")[:2000], "cannot read"),
        (written("to_parquet")[:1000], "cannot read"),
        (archive.getvalue(), "is an archive and no workbook"),
        (b"\xd0\xcf\x11\xe0 old", "save it as .xlsx"),
    ):
        with pytest.raises(FormatError, match=message):
            table(content).rows(None, 2)
    with pytest.raises(FileError, match=r"there is no file nowhere\.tsv"):
        read_table("nowhere.tsv")
    with pytest.raises(FileError, match="Is a directory"):
        read_table(tmp_path)


def test_what_a_file_needs_besides_is_named(table, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(MissingDependencyError, match=r"crn2sbml\[xlsx\].*save it as .csv"):
        table(written("to_parquet") and b"PK\3\4")


# What may mislead a reader on purpose: separators, quotes, blanks, digits, marks of remarks.
names = st.text("ab1, ;.#\t\"'é", min_size=1, max_size=5).map(clean_name)
names = names.filter(lambda name: name and not name.startswith("#"))
cells = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda value: round(value, 6))


def attempted(read):
    """What is read, or the message of the error."""
    try:
        return read()
    except FormatError as error:
        return str(error)


@given(st.data())
def test_shuffled_dropped_added_and_renamed_columns_never_give_another_number(
    tmp_path_factory, data
):
    """What pandas writes is read as it was, or refused where the columns are not those."""
    known = data.draw(st.lists(names, min_size=2, max_size=4, unique=True))
    others = names.filter(lambda name: name not in known)
    labels = data.draw(st.lists(others, min_size=1, max_size=3, unique=True))
    columns = data.draw(st.permutations([*known, *labels]))
    dropped = data.draw(st.sampled_from(["", "", *columns]))
    columns = [name for name in columns if name != dropped]
    count = data.draw(st.integers(1, 3))
    values = {name: data.draw(st.lists(cells, min_size=count, max_size=count)) for name in columns}
    separator, decimal = data.draw(
        st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", ",")])
    )
    path = tmp_path_factory.mktemp("tables") / "t.csv"
    pd.DataFrame(values, columns=list(columns)).to_csv(
        path,
        index=data.draw(st.booleans()),
        sep=separator,
        decimal=decimal,
        encoding=data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
        lineterminator=data.draw(st.sampled_from(["\n", "\r\n"])),
    )
    read = attempted(lambda: read_table(path).rows(known, len(known)).T.tolist())
    if set(known) <= set(columns):
        assert read == [values[name] for name in known] or "of thousands" in read
    else:
        assert isinstance(read, str)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=6))
def test_numbers_come_back_bit_for_bit_whichever_way_they_are_read(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("numbers") / "t.csv"
    for text in ("a,b\n{}\n", 'a,"b"\n{}\n', 'a,b,"c"\n{}\n'):
        extra = ',"x"' if '"c"' in text else ""
        lines = "\n".join(f"{value!r},{value:.17e}{extra}" for value in values)
        path.write_text(text.format(lines))
        found = read_table(path).rows(["a", "b"], 2)
        assert found.T.tolist() == [values, values]


@pytest.mark.slow
def test_a_large_table_is_read_in_reasonable_memory(tmp_path):
    """Ten thousand images; the time is that of a machine that does something else as well."""
    pixels = np.random.default_rng(0).integers(0, 256, (10_000, 785))
    header = ",".join(f"p{number}" for number in range(785))
    np.savetxt(tmp_path / "t.csv", pixels, "%d", ",", header=header, comments="")
    table = read_table(tmp_path / "t.csv")
    assert np.array_equal(table.rows(table.names[1:], 784), pixels[:, 1:])


@pytest.mark.parametrize("name", ["conc [nM]", "conc, nM", "conc; nM", "conc of A [nM]"])
@pytest.mark.parametrize("end", ["", ";"])
@pytest.mark.parametrize(
    ("cells", "numbers"),
    [(("5", "50", "100"), [5, 50, 100]), (("5,25", "50", "100"), [5.25, 50, 100])],
)
def test_one_column_is_one_whatever_stands_in_its_name(table, name, end, cells, numbers):
    rows = "".join(f"{cell}{end}\n" for cell in cells)
    heads = [name, f"{name}{end}", f'"{name}"{end}']
    # By itself, a table of nothing but semicolons between names and below them has two columns.
    heads = heads if name != "conc; nM" or not end else heads[2:]
    if "," in name and "," in cells[0] and not end:
        heads = heads[2:]  # these are two columns, unless the name is known
    for head in heads:
        found = table(f"{head}\n{rows}")
        assert found.names == (name,)
        assert found.rows([name], 1).ravel().tolist() == numbers


def test_a_first_line_that_is_a_wanted_name_is_one_column(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("conc, nM\n5,25\n50,5\n")
    assert read_table(path).names == ("conc", "nM")
    assert read_table(path, ["conc, nM"]).rows(["conc, nM"], 1).tolist() == [[5.25], [50.5]]


def test_what_is_ragged_is_still_told_by_its_line(table):
    for text in ("0,1\n0\n", "a b\n1 2\n3\n4 5\n"):
        with pytest.raises(FormatError, match="has 1 cell, but the first row has 2"):
            table(text).rows(None, 2)


def test_a_part_of_a_name_with_a_comma_is_told_how_to_quote_it(table):
    found = table('"conc, nM",pH\n5,7\n')
    with pytest.raises(FormatError, match=r"""stands in double quotes: '"conc, nM"'$"""):
        found.numbers(["conc", "nM"])
    with pytest.raises(FormatError, match=r"needed temp$"):
        found.numbers(["temp"])
