"""Sees what goes wrong in a browser beside what a test looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, WebError


@dataclass
class Watch:
    """The faults of all windows that are watched, as texts."""

    seen: list[str] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)
    expected: list[str] = field(default_factory=list)

    def own(self, url: str) -> None:
        """Pages may call the host of this URL."""
        self.origins.add(_origin(url))

    def over(self, context: BrowserContext) -> None:
        """Watch all pages of a context."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)
        context.on("request", self._request)

    def expect(self, *parts: str) -> None:
        """Texts with one of these parts in them are no faults, whenever they come."""
        self.expected += parts

    @property
    def faults(self) -> list[str]:
        """What nobody expected."""
        return [one for one in self.seen if not any(part in one for part in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        # What the Content-Security-Policy refuses is an error there too.
        # Browsers ask for the icon of an answer that is no HTML.
        is_icon = str(message.location.get("url", "")).endswith("/favicon.ico")
        if message.type in {"error", "warning"} and not is_icon:
            self.seen.append(f"{message.type}: {message.text}")

    def _error(self, error: WebError) -> None:
        self.seen.append(f"not caught: {error.error}")

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith("data:") and _origin(request.url) not in self.origins:
            self.seen.append(f"another host: {request.url}")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
