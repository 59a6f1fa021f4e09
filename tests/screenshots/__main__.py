"""Takes every picture again; says loudly which page does not exist, and then ends with 1."""

import logging
import os
import sys
import time
from pathlib import Path

from tests.screenshots.site import HOST, NAME, open_site  # first: it names the servers that the settings read

# isort: split
from django.core.exceptions import ObjectDoesNotExist
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Browser, Error, Page, StorageState, sync_playwright

from config.demo.sign_ins import PASSWORD
from tests.screenshots.morning import NOW
from tests.screenshots.pictures import PICTURES, Picture
from tests.stories.conftest import QUIET, chromium

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "people" / "images"
# Letters are drawn alike wherever the pictures are taken, and no cursor blinks in them.
ALIKE = ["--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb"]
# Styles and whatever a script fetches once; pages that refresh themselves are never at rest.
SETTLED_AFTER = 500
PATIENCE = 20_000


def main() -> int:
    path = chromium()
    if path is None:
        print(
            "No Chromium on this machine: install Debian's chromium, or name one in CHROMIUM.",
            file=sys.stderr,
        )
        return 1
    # Playwright runs an event loop in this thread; the database is used from it all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # The browser speaks of the same hours as the hall.
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open_site() as port, sync_playwright() as playwright:
        there = f"--host-resolver-rules=MAP {NAME} {HOST}:{port}"
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *ALIKE, there])
        logging.disable(logging.WARNING)
        camera = Camera(browser, f"http://{NAME}")
        missing = [picture.name for picture in PICTURES if not camera.take(picture)]
        browser.close()
    if missing:
        print(f"NOT TAKEN: {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


class Camera:
    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        # The cookies of who has signed in before.
        self._signed_in: dict[str, StorageState] = {}

    def take(self, picture: Picture) -> bool:
        """Take one picture; False when its page does not exist, or is not what it should be."""
        try:
            path = reverse(picture.page, kwargs=picture.of() if picture.of else None)
        except NoReverseMatch:
            return _say_missing(picture, f"there is no page {picture.page} yet")
        except (LookupError, StopIteration, ObjectDoesNotExist):
            return _say_missing(picture, f"the demo company has nothing to show on {picture.page}")
        page = self._open(picture)
        try:
            answer = page.goto(self.address + path)
            if answer is None or answer.status != 200:
                return _say_missing(picture, f"{path} answers {answer and answer.status}")
            picture.do(page)
            page.wait_for_load_state()
            page.wait_for_timeout(SETTLED_AFTER)
            page.screenshot(path=FOLDER / f"{picture.name}.png", caret="hide", animations="disabled")
        except Error as error:
            return _say_missing(picture, f"{error.message.splitlines()[0]} ({page.url})")
        finally:
            page.context.close()
        print(f"==> {picture.name}", flush=True)
        return True

    def _open(self, picture: Picture) -> Page:
        """A browser window of the picture's size in which its person is signed in."""
        screen = picture.screen
        context = self.browser.new_context(
            viewport={"width": screen.width, "height": screen.height},
            device_scale_factor=screen.scale,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            storage_state=self._signed_in.get(picture.who),
        )
        # What is printed is not the picture, and its dialogue would stand before it.
        context.add_init_script("window.print = () => {};")
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.clock.set_fixed_time(NOW)
        if picture.who and picture.who not in self._signed_in:
            _sign_in(page, self.address, picture.who)
            self._signed_in[picture.who] = context.storage_state()
        return page


def _say_missing(picture: Picture, why: str) -> bool:
    print(f"!!! {picture.name}: {why}", file=sys.stderr, flush=True)
    return False


def _sign_in(page: Page, address: str, number: str) -> None:
    page.goto(address + reverse("accounts:sign_in"))
    page.fill("[name=username]", number)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


if __name__ == "__main__":
    sys.exit(main())
