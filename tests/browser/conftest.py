"""A real browser for the tests of the pages: Debian's Chromium, headless, driven by Playwright.

Every page that a test opens is watched: at the end of the test it must have had no error, no dialog, nothing that the
Content-Security-Policy refused, and no request to another host.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from browser.watching import Watch
from sandbox.conftest import inbox, open_sandbox, sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["inbox", "open_sandbox", "sandbox"]

OpenPage = Callable[..., "Page"]

PHONE, DESK = 360, 1280
_HEIGHT = 800
# A name below .test is this machine, every other name is no host: what a page asks of the world fails, and is seen.
_HOSTS = "MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
_TIMEOUT = 15_000


class Chromium:
    """The browser, from the first test that asks for it to the last of a row of tests that are marked ``browser``.

    Playwright's event loop runs in the thread of the tests as long as Playwright does: no other test must meet it.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._browser: Browser | None = None

    def get(self) -> Browser:
        """The browser; it is started if it does not run."""
        if self._browser is None:
            self._browser = self._start()
        return self._browser

    def close(self) -> None:
        """End it."""
        self._browser = None
        self._open.close()

    def _start(self) -> Browser:
        program = shutil.which("chromium")
        if program is None:
            pytest.skip("Chromium is not installed: apt-get install chromium fonts-nanum")
        from playwright.sync_api import expect, sync_playwright

        expect.set_options(timeout=_TIMEOUT)

        playwright = self._open.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=program,
            chromium_sandbox=os.geteuid() != 0,  # Chromium has none for root
            args=[f"--host-resolver-rules={_HOSTS}"],
        )
        return self._open.enter_context(browser)


_chromium = Chromium()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None]:
    """End the browser if the next test does not need it."""
    try:
        return (yield)
    finally:
        if nextitem is None or nextitem.get_closest_marker("browser") is None:
            _chromium.close()


def pytest_sessionfinish() -> None:
    """End the browser, also if the run ends before its last test."""
    _chromium.close()


@pytest.fixture
def watch() -> Watch:
    """What went wrong on the pages of the test so far."""
    return Watch()


@pytest.fixture
def open_page(request: pytest.FixtureRequest, watch: Watch) -> Iterator[OpenPage]:
    """Open a URL in a new window. ``script=False`` is a browser that runs no JavaScript."""
    assert request.node.get_closest_marker("browser"), "mark the test: pytest.mark.browser"
    browser = _chromium.get()
    with ExitStack() as stack:

        def opened(url: str, *, lang: str = "en", width: int = DESK, script: bool = True, **options: Any) -> Page:
            context = stack.enter_context(
                browser.new_context(
                    locale={"ko": "ko-KR", "en": "en-US"}[lang],
                    viewport={"width": width, "height": _HEIGHT},
                    java_script_enabled=script,
                    **options,
                )
            )
            context.set_default_timeout(_TIMEOUT)
            watch.over(context)
            page = context.new_page()
            watch.own(url)
            page.goto(url)
            return page

        yield opened
    assert watch.faults == []
