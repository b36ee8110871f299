"""A headless Chromium for the tests of pages, which may not reach any network."""

import shutil

import pytest

pytest.importorskip("playwright", reason="looking at pages needs the extra browser")
from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium():
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    with sync_playwright() as playwright:
        # Without one on the machine, playwright starts its own if it was installed.
        browser = playwright.chromium.launch(executable_path=found, args=_SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium):
    """Open a file; at the end nothing may have failed in it or been fetched by it."""
    contexts, problems = [], []

    def open_page(path, width=1200, height=900, scheme="light", bypass_csp=False):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            bypass_csp=bypass_csp,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: check(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]", timeout=60_000)
        return page

    def check(url):
        if not url.startswith(("file:", "blob:", "data:")):
            problems.append(f"it asked for {url}")

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []
