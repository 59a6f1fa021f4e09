import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Printing opens a dialog that no test can close: note the address of what is printed instead.
NOTE_PRINTS = "window.print = () => window.notePrint(window.location.pathname);"


def chromium() -> str | None:
    """The browser of this machine, if it has one; CHROMIUM names another."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser_path() -> str:
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install Debian's chromium to run the browser stories")
    return path


@pytest.fixture
def prints() -> list[str]:
    """The addresses of the papers that were printed."""
    return []


@pytest.fixture
def page(browser_path: str, prints: list[str], monkeypatch: pytest.MonkeyPatch) -> "Iterator[Page]":
    """A counter PC: 1366×768, Chinese. What went wrong in the page fails the test."""
    from playwright.sync_api import sync_playwright

    # Playwright runs an event loop in this thread; the database is used from it all the same.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=QUIET)
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        context.expose_function("notePrint", lambda path: prints.append(path))
        context.add_init_script(NOTE_PRINTS)
        page = context.new_page()
        page.set_default_timeout(15_000)
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        yield page
        browser.close()
    assert not broken
