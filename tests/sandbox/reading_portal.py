"""Reads a page of the portal: its rows, its forms and their fields, its badges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import requests
from sandbox.reading_pages import ReadPage

from steppay_mock import Sandbox


@dataclass
class PageForm:
    """One form, as a browser would send it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    """The values of each list to choose from."""


@dataclass
class PortalPage(ReadPage):
    """A page of the portal that was read."""

    url: str = ""
    forms: list[PageForm] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    badges: list[list[str]] = field(default_factory=list)
    """Those of each row."""
    blocks: list[str] = field(default_factory=list)
    """The texts of pre and textarea."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See what begins."""
        super().handle_starttag(tag, attrs)
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(given["action"], given["method"]))
        elif tag == "button" and self.forms:
            self.forms[-1].buttons.append(given["value"])
        elif tag == "input" and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "option" and self._select and self.forms:
            form = self.forms[-1]
            form.choices.setdefault(self._select, []).append(given["value"])
            if "selected" in given or self._select not in form.fields:
                form.fields[self._select] = given["value"]
        elif tag in {"pre", "textarea"}:
            self.blocks.append("")
            if tag == "textarea":
                self.forms[-1].fields[given["name"]] = ""
        elif tag == "tr":
            self.rows.append({})
            self.badges.append([])

    def handle_data(self, data: str) -> None:
        """Keep the text where it belongs."""
        super().handle_data(data)
        for tag, given in self._open:
            if tag == "td":
                label = given.get("data-label", "")
                told = f"{self.rows[-1].get(label, '')} {' '.join(data.split())}"
                self.rows[-1][label] = told.strip()
            if tag in {"pre", "textarea"}:
                self.blocks[-1] += data
            if tag == "textarea":
                self.forms[-1].fields[given["name"]] += data
        if data.strip() and self.badges and "badge" in self._open[-1][1].get("class", "").split():
            self.badges[-1].append(data.strip())

    @property
    def listed(self) -> list[dict[str, str]]:
        """The rows below the heading."""
        return [row for row in self.rows if row]

    def form(self, action: str, *, button: str | None = None) -> PageForm:
        """The form that leads there, and has the button."""
        return next(one for one in self.forms if one.action == action and (button is None or button in one.buttons))

    def buttons_of(self, action: str) -> set[str]:
        """The buttons of all forms that lead there."""
        return {button for one in self.forms if one.action == action for button in one.buttons}


def show(sandbox: Sandbox, path: str, *, lang: str = "en", **query: str) -> PortalPage:
    """Open a page of the portal."""
    answer = requests.get(sandbox.url + path, params={**query, "lang": lang}, timeout=10)
    return read_portal(answer)


def press(page: PortalPage, action: str, button: str, **changes: Any) -> PortalPage:
    """Press a button of a form with its fields and these changes, and follow where it leads."""
    form = page.form(action, button=button)
    assert form.method == "post"
    assert changes.keys() <= form.fields.keys(), "a browser sends no field that is not there"
    origin = "/".join(page.url.split("/")[:3])
    data = {**form.fields, **changes, "do": button}
    cookies = {"steppay_mock_lang": page.lang or ""}
    answer = requests.post(
        urljoin(page.url, action), data=data, headers={"Origin": origin}, cookies=cookies, timeout=20
    )
    return read_portal(answer)


def read_portal(answer: requests.Response) -> PortalPage:
    """The page of an answer."""
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8", answer.text
    return PortalPage(html=answer.text, status=answer.status_code, url=answer.url)
