"""Draw the picture of a page that the README shows: python -m tests.browser."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from crn2sbml.data import load_digits
from crn2sbml.examples.models import example_models
from crn2sbml.report import save_report

PICTURE = Path(__file__).parents[2] / ".github" / "images" / "report.png"


def main() -> None:
    digits = next(model for model in example_models() if model.name == "digits")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "digits.html"
        save_report(
            digits.network,
            path,
            inputs=load_digits().inputs[[7, 3, 0, 4]],
            title="Handwritten digits as chemistry",
        )
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1100, "height": 1590})
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]")
        page.locator("#network").evaluate("node => node.scrollIntoView({behavior: 'instant'})")
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
