"""The page of `crn2sbml report` in a real browser: clicked, searched, narrow, wide, dark."""

import csv
import io
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from crn2sbml import Crn, LabUnits, NeuralNetwork, compile_network, to_sbml
from crn2sbml.data import load_digits, load_xor
from crn2sbml.examples.models import example_models
from crn2sbml.exports import to_csv_tables
from crn2sbml.report import save_report

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = pytest.mark.browser

MODELS = {model.name: model for model in example_models()}
DIGITS, XOR = MODELS["digits"].network, MODELS["xor"].network
IMAGES = load_digits().inputs[[7, 0, 3]]
UNITS = LabUnits.parse("50 nM", "1 h")
# Wide and narrow windows: a screen, a tablet and two telephones.
WIDTHS = [1920, 1200, 768, 390, 320]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    save_report(XOR, folder / "xor.html", inputs=load_xor().inputs)
    save_report(DIGITS, folder / "digits.html", inputs=IMAGES, units=UNITS, title="Digits")
    strange = Crn.from_text(["0 -> A", "A -> 0", "2 A + B -> 3 A", "B -> 0", "0 -> B"])
    save_report(strange, folder / "strange.html")
    large = NeuralNetwork.random((784, 40, 10), rng=1)
    rows = np.random.default_rng(1).random((2, 784))
    save_report(large, folder / "large.html", inputs=rows)
    return folder


def rows_of(page, table):
    return [
        row.split("\t")
        for row in page.locator(f"#{table} table.data tbody").inner_text().split("\n")
    ]


def column(page, table, number):
    cells = page.locator(f"#{table} table.data tbody td:nth-child({number})")
    return cells.all_inner_texts()


def click(page, selector):
    page.locator(selector).click()


@pytest.mark.parametrize("name", ["xor", "digits", "strange", "large"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_of_the_window(pages, opened, name, width):
    page = opened(pages / f"{name}.html", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("name", ["xor", "digits", "strange"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_axe_finds_nothing_that_keeps_people_out(pages, opened, name, scheme, width):
    """axe-core, which checks contrast among much else, is an oracle that nobody here wrote."""
    page = opened(pages / f"{name}.html", width=width, scheme=scheme, bypass_csp=True)
    page.locator("details").evaluate("element => { element.open = true; }")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_light_and_dark_follow_the_system_and_the_button(pages, opened):
    paper = {}
    for scheme in ("light", "dark"):
        page = opened(pages / "xor.html", scheme=scheme)
        seen = []
        for _ in range(3):
            seen.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            click(page, "#theme")
        assert seen[0] == seen[2] != seen[1]
        paper[scheme] = seen[:2]
    assert paper["light"] == paper["dark"][::-1]


def test_tables_are_searched_sorted_and_paged(pages, opened):
    page = opened(pages / "digits.html")
    expected = list(
        csv.reader(io.StringIO(to_csv_tables(compile_network(DIGITS), UNITS)["reactions"]))
    )
    assert page.locator("#reactions .count").inner_text() == f"{len(expected) - 1:,} rows"
    assert column(page, "reactions", 1) == [row[0] for row in expected[1:26]]
    assert rows_of(page, "reactions")[0] == [
        expected[1][0],
        expected[1][1].replace("->", "→"),
        *expected[1][2:3],
        "1",
        *expected[1][4:],
    ]

    click(page, "#reactions [data-go=next]")
    assert column(page, "reactions", 1) == [row[0] for row in expected[26:51]]
    click(page, "#reactions [data-go=last]")
    assert page.locator("#reactions .page").inner_text() == "Page 51 of 51"
    assert column(page, "reactions", 1) == [row[0] for row in expected[1251:]]
    assert page.locator("#reactions [data-go=next]").is_disabled()
    page.locator("#reactions select").select_option("500")
    assert len(column(page, "reactions", 1)) == 500

    search = page.locator("#reactions input")
    search.fill('"X1_1" bias')
    found = [row[0] for row in expected if "bias" in row[-1] and "X1_1" in row[1].split()]
    assert column(page, "reactions", 1) == found == ["Rbp1_1", "Rbm1_1"]
    search.fill("no such thing")
    assert page.locator("#reactions .count").inner_text() == "0 of 1,256 rows"
    search.fill("(")  # no pattern of any kind
    assert page.locator("#reactions .count").inner_text() == "0 of 1,256 rows"
    search.fill("")
    assert page.locator("#reactions .count").inner_text() == "1,256 rows"

    heading = page.locator("#species th", has_text="initial concentration")
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert float(column(page, "species", 4)[0]) == 0.0
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    numbers = [float(text) for text in column(page, "species", 4)]
    assert numbers == sorted(numbers, reverse=True)
    page.locator("#species th", has_text="species").first.locator("button").click()
    page.locator("#species input").fill("input")
    # Ids in the order of their numbers, X0_2 before X0_10.
    assert column(page, "species", 1)[:10] == [f"X0_{n}" for n in range(1, 11)]


def test_a_node_tells_its_weights_and_leads_to_its_reactions(pages, opened):
    page = opened(pages / "digits.html")
    told = page.locator("#node")
    hidden = page.locator(".layer[data-layer='1'] .node")
    hidden.nth(2).hover()
    weights = DIGITS.layers[0].weights[2]
    strongest = np.argsort(-np.abs(weights))[0]
    name = DIGITS.input_names[strongest]
    assert "X1_3, hidden node of layer 1:" in told.inner_text()
    assert f"Bias {DIGITS.layers[0].biases[2]:.4g}." in told.inner_text()
    assert f"Weights in: {name} ({weights[strongest]:.4g})," in told.inner_text()
    # The image shows the weights into the node, its sign as a colour and its size as opacity.
    cell = page.locator(".layer[data-layer='0'] .node").nth(int(strongest))
    sign = "positive" if weights[strongest] > 0 else "negative"
    fill, opacity = cell.evaluate("node => [node.style.fill, node.style.fillOpacity]")
    assert fill == f"var(--{sign})"
    largest = np.abs(DIGITS.layers[0].weights).max()
    assert float(opacity) == pytest.approx(abs(weights[strongest]) / largest, abs=1e-5)
    assert page.locator("g.chosen line").count() == np.count_nonzero(DIGITS.layers[1].weights[:, 2])

    page.mouse.move(2, 2)
    assert told.inner_text() == "No node chosen."
    assert page.locator("g.chosen line").count() == 0
    hidden.nth(2).click()
    page.mouse.move(2, 2)
    assert "X1_3" in told.inner_text()
    told.locator("a").click()
    assert page.locator("#reactions input").input_value() == '"X1_3"'
    assert all("X1_3" in equation.split() for equation in column(page, "reactions", 2))
    page.keyboard.press("Escape")
    assert told.inner_text() == "No node chosen."


def test_nodes_and_tabs_are_reached_by_keys(pages, opened):
    page = opened(pages / "digits.html")
    told = page.locator("#node")
    page.locator(".layer[data-layer='1'] .node").first.focus()
    assert "X1_1, hidden node" in told.inner_text()
    page.keyboard.press("ArrowDown")
    assert "X1_2, hidden node" in told.inner_text()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    title = "document.activeElement.querySelector('title').textContent"
    assert page.evaluate(title).startswith("digit 0:")
    assert "X1_2, hidden node" in told.inner_text()  # it was kept
    page.keyboard.press("Escape")
    assert "X1_2" not in told.inner_text()
    page.locator("#tab-0").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#tab-1").get_attribute("aria-selected") == "true"
    assert page.locator("#example-1").is_visible()


def test_capital_and_small_letters_are_two_names(opened, tmp_path):
    crn = Crn.from_text(["x -> 0", "0 -> x", "X -> 0", "0 -> X"])
    save_report(crn, tmp_path / "a.html")
    page = opened(tmp_path / "a.html")
    page.locator("#reactions input").fill('"x"')
    assert column(page, "reactions", 2) == ["x → 0", "0 → x"]
    page.locator("#reactions input").fill("0 →")
    assert column(page, "reactions", 2) == ["x → 0", "0 → x", "X → 0", "0 → X"]


def test_each_input_has_its_own_run_and_fills_the_network(pages, opened):
    page = opened(pages / "digits.html")
    outputs = DIGITS.forward(IMAGES) * UNITS.concentration
    for number, (image, expected) in enumerate(zip(IMAGES, outputs, strict=True)):
        click(page, f"#tab-{number}")
        panel = page.locator(f"#example-{number}")
        assert panel.is_visible()
        assert page.locator(".example:visible").count() == 1
        largest = panel.locator("tr.largest td").all_inner_texts()
        assert largest[0] == f"digit {int(expected.argmax())}"
        assert float(largest[2]) == pytest.approx(expected.max(), rel=1e-5)
        filled = page.locator(".layer[data-layer='0'] .node").evaluate_all(
            "nodes => nodes.map(node => Number(node.style.fillOpacity))"
        )
        np.testing.assert_allclose(filled, image / image.max(), atol=1e-5)
        assert page.locator("#network .input-name").inner_text() == f"input {number + 1}"


def downloaded(page, name):
    with page.expect_download() as waiting:
        click(page, f"[data-download='{name}']")
    assert waiting.value.suggested_filename == name
    return waiting.value


def test_what_is_downloaded_runs_as_the_page_says(pages, opened, tmp_path):
    page = opened(pages / "digits.html")
    names = page.locator("[data-download]").all_inner_texts()
    assert names == [
        "model.xml",
        "species.csv",
        "reactions.csv",
        "model.ant",
        "model.cps",
        "model.omex",
    ]
    for name in names:
        downloaded(page, name).save_as(tmp_path / name)
    expected = to_sbml(compile_network(DIGITS, inputs=IMAGES[0]), units=UNITS)
    assert (tmp_path / "model.xml").read_text(encoding="utf-8") == expected
    outputs = DIGITS.forward(IMAGES[0])[0] * UNITS.concentration
    for tool in ("roadrunner", "tellurium"):
        code = page.locator(f"code[data-tool={tool}]").text_content()
        result = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "MPLBACKEND": "Agg"},
        )
        assert result.returncode == 0, result.stderr
        found = dict(re.findall(r"^\[(X2_\d+)\] (\S+)$", result.stdout, re.MULTILINE))
        settled = [float(found[f"X2_{n}"]) for n in range(1, 11)]
        # Within 1e-3 by proof when the run ends, and roadrunner's default tolerance of 1e-6.
        np.testing.assert_allclose(settled, outputs, atol=1e-3 * UNITS.concentration, rtol=1e-5)


def test_a_large_network_is_there_in_full_and_quick_to_search(pages, opened):
    page = opened(pages / "large.html")
    assert page.locator("#species .count").inner_text() == "64,455 rows"
    assert page.locator("#reactions .count").inner_text() == "63,720 rows"
    assert page.locator(".layer[data-layer='0'] .node").count() == 784
    assert (
        "Of 31,760 weights that are not 0 the 800 largest are drawn."
        in page.locator("#network").inner_text()
    )
    page.locator(".layer[data-layer='1'] .node").nth(39).click()
    page.locator("#node a").click()
    # 784 weights of two halves into it and 10 out of it, bias, smoothing and decay.
    assert page.locator("#reactions .count").inner_text() == "1,592 of 63,720 rows"
    assert "takes minutes" in page.locator("#open").inner_text()


def test_a_page_without_scripts_says_what_does_not_work(pages, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((pages / "xor.html").as_uri())
    assert "need JavaScript" in page.locator("noscript").inner_text()
    assert page.locator("svg.network line").count() == 6
    context.close()
