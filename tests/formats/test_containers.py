"""Models within files of other kinds: COMBINE archives of anyone, and what COPASI saves."""

import contextlib
import io
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crn2sbml import (
    Crn,
    NeuralNetwork,
    compile_network,
    from_sbml,
    inspect_model,
    load_crn,
    load_network,
    recognise_network,
    save_crn,
    to_sbml,
)
from crn2sbml.errors import Crn2sbmlError, FileError, FormatError, MissingDependencyError
from crn2sbml.exports import make_study, save_copasi, save_omex
from crn2sbml.formats import child
from crn2sbml.importers import LoadedNetwork
from tests.strategies import examples

NETWORK = NeuralNetwork(
    NeuralNetwork.random((2, 3, 1), rng=1).layers, ["rate [/h]", "pH"], ["growth"]
)
CRN = compile_network(NETWORK, "absorbed", [0.5, 1.0])
# COPASI writes about 15 digits.
COPASI_DIGITS = 1e-14
SBML = "http://identifiers.org/combine.specifications/sbml"
SPACE = "http://identifiers.org/combine.specifications/omex-manifest"


def manifest(*entries):
    contents = "".join(f'<content location="{n}" format="{f}" {m}/>' for n, f, m in entries)
    return f'<omexManifest xmlns="{SPACE}">{contents}</omexManifest>'


def pack(path, files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


ONE = ("./model.xml", SBML, "")


def test_an_archive_of_ours_comes_back_bit_for_bit(tmp_path):
    save_omex(make_study(CRN), tmp_path / "a.omex")
    assert load_network(tmp_path / "a.omex") == NETWORK
    loaded = LoadedNetwork.load(tmp_path / "a.omex")
    np.testing.assert_array_equal(loaded.inputs, [0.5, 1.0])
    inspection = inspect_model(tmp_path / "a.omex")
    assert inspection.format == "COMBINE archive, SBML Level 3 Version 1"
    assert (inspection.checks, inspection.finding_count) == ("full", 0)


def test_what_libsbml_finds_in_an_archive_is_told(tmp_path):
    text = to_sbml(Crn.from_text(["A -> B"])).replace("SBO:0000176", "SBO:0000290")
    pack(tmp_path / "a.omex", {"manifest.xml": manifest(ONE), "model.xml": text})
    assert [f.code for f in inspect_model(tmp_path / "a.omex").findings] == [10707]


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
def test_what_copasi_saves_is_read_through_copasi(tmp_path, encoding):
    crn = compile_network(NETWORK, encoding, [0.5, 1.0])
    save_copasi(make_study(crn), tmp_path / "a.cps")
    found, expected = (recognise_network(c) for c in (load_crn(tmp_path / "a.cps"), crn))
    # COPASI makes ids of names; the names themselves and their order are kept.
    assert found.encoding == encoding
    assert found.network.input_names == expected.network.input_names
    for layer, other in zip(found.network.layers, expected.network.layers, strict=True):
        np.testing.assert_allclose(layer.weights, other.weights, rtol=COPASI_DIGITS)
        np.testing.assert_allclose(layer.biases, other.biases, rtol=COPASI_DIGITS)
    inspection = inspect_model(tmp_path / "a.cps")
    assert (inspection.format, inspection.checks) == ("COPASI", "none")


def test_the_master_is_read_of_several_models(tmp_path):
    other = Crn.from_text(["A -> B"])
    files = {"a.xml": to_sbml(CRN), "b/c.xml": to_sbml(other)}
    entries = [("a.xml", SBML, ""), ("./b/c.xml", SBML + ".level-3.version-1", 'master="true"')]
    pack(tmp_path / "a.omex", {"manifest.xml": manifest(*entries), **files})
    assert load_crn(tmp_path / "a.omex").species_ids == other.species_ids
    pack(tmp_path / "b.omex", {"manifest.xml": manifest(ONE, entries[0]), **files})
    with pytest.raises(Crn2sbmlError, match=r"2 SBML models \(model.xml, a.xml\), and none is the"):
        load_crn(tmp_path / "b.omex")


BOMB = "<!DOCTYPE a [<!ENTITY b 'bb'>]>" + manifest(ONE)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.txt": "hello"}, "holds no manifest.xml"),
        ({"manifest.xml": manifest()}, "holds no SBML model"),
        ({"manifest.xml": manifest(("a.pdf", "application/pdf", ""))}, "holds no SBML model"),
        ({"manifest.xml": manifest(ONE)}, "lacks model.xml"),
        ({"manifest.xml": manifest(("../../../etc/passwd", SBML, ""))}, "lacks ../../../etc"),
        ({"manifest.xml": manifest(("/etc/passwd", SBML, ""))}, "lacks etc/passwd"),
        ({"manifest.xml": manifest(("http://a.b/c.xml", SBML, ""))}, "lacks http"),
        ({"manifest.xml": BOMB}, "DOCTYPE"),
        ({"manifest.xml": "<omexManifest"}, "not well-formed"),
        ({"manifest.xml": manifest(ONE), "model.xml": "<sbml"}, "(model.xml), line 1"),
        ({"manifest.xml": manifest(ONE), **{f"{n}": "" for n in range(10_001)}}, "10,000 files"),
    ],
)
def test_an_archive_that_is_none_is_one_clear_error(tmp_path, files, words):
    pack(tmp_path / "a.omex", files)
    with pytest.raises(Crn2sbmlError) as caught:
        load_crn(tmp_path / "a.omex")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["a.omex"]


def test_an_archive_that_unpacks_to_more_than_any_model_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("crn2sbml.formats.sbml.xml.MOST_BYTES", 1 << 22)
    text = to_sbml(CRN).replace("<listOfSpecies>", f"<listOfSpecies>{' ' * (5 << 20)}", 1)
    pack(tmp_path / "a.omex", {"manifest.xml": manifest(ONE), "model.xml": text})
    assert (tmp_path / "a.omex").stat().st_size < 100_000
    with pytest.raises(FormatError, match="larger than 4 MiB"):
        load_crn(tmp_path / "a.omex")


def whole():
    buffer = io.BytesIO()
    return pack(buffer, {"manifest.xml": manifest(ONE), "model.xml": to_sbml(CRN)}).getvalue()


@examples(100)
@given(
    place=st.floats(0, 1),
    change=st.sampled_from(["cut", "flip", "insert"]),
    byte=st.binary(min_size=1, max_size=4),
)
def test_a_damaged_archive_is_an_error_of_ours_or_the_same_model(
    tmp_path_factory, place, change, byte
):
    content = whole()
    at = int(place * (len(content) - 1))
    if change == "cut":
        content = content[:at]
    else:
        content = content[:at] + byte + content[at + (change == "flip") * len(byte) :]
    path = tmp_path_factory.getbasetemp() / "damaged.omex"
    path.write_bytes(content)
    # Nothing else is raised, and what a checksum covers is never another model.
    with contextlib.suppress(Crn2sbmlError):
        assert load_crn(path).to_text() == from_sbml(to_sbml(CRN)).to_text()


def test_encrypted_archives_are_refused(tmp_path):
    content = bytearray(whole())
    # The bit of encryption in the local header and in the directory.
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := content.find(mark, start + 1)) >= 0:
            content[start + offset] |= 1
    (tmp_path / "a.omex").write_bytes(bytes(content))
    with pytest.raises(FormatError, match="encrypted"):
        load_crn(tmp_path / "a.omex")


def test_what_copasi_cannot_read_is_an_error(tmp_path, monkeypatch):
    path = tmp_path / "a.cps"
    for content in (b"", b"<COPASI", b"\xff\xfe", to_sbml(CRN).encode()):
        path.write_bytes(content)
        with pytest.raises(FormatError, match=r"COPASI cannot read .*a\.cps"):
            load_crn(path)
    monkeypatch.setattr("crn2sbml.formats.copasi._MOST_BYTES", 3)
    path.write_bytes(b"12345")
    with pytest.raises(FormatError, match="File, Export SBML"):
        load_crn(path)
    with pytest.raises(FileError, match="there is no file"):
        load_crn(tmp_path / "b.cps")


def test_a_copasi_that_is_too_slow_or_missing_is_an_error_that_says_what_to_do(
    tmp_path, monkeypatch
):
    (tmp_path / "a.cps").write_text("<COPASI/>")

    def slow(*arguments, **options):
        raise child.TooSlowError

    monkeypatch.setattr("crn2sbml.formats.copasi.run_confined", slow)
    with pytest.raises(FormatError, match=r"did not read .*: File, Export SBML"):
        load_crn(tmp_path / "a.cps")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"crn2sbml\[copasi\].*File, Export SBML"):
        load_crn(tmp_path / "a.cps")


def test_reading_copasi_files_does_not_load_its_library_here(tmp_path):
    save_copasi(make_study(CRN), tmp_path / "a.cps")
    code = (
        "import sys; from crn2sbml import load_crn; load_crn(sys.argv[1]); "
        "print('COPASI' in sys.modules)"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path / "a.cps")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", ["a.omex", "a.cps", "a.npz", "a.txt"])
def test_models_are_written_as_sbml_and_antimony_alone(tmp_path, name):
    with pytest.raises(FileError, match=r"ends in \.xml, \.sbml, \.ant"):
        save_crn(CRN, tmp_path / name)
