"""Reads a page as a browser without scripts does: its texts, its form with what is filled in, its links."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import requests

_VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class ReadPage(HTMLParser):
    """A page that was read."""

    html: str
    status: int = 200
    headings: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    action: str | None = None
    method: str | None = None
    tags: list[str] = field(default_factory=list)
    lang: str | None = None

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, dict[str, str]]] = []
        self._select = ""
        self.feed(self.html)
        self.close()
        assert self._open == [], "tags are left open"

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag not in _VOID:
            self._open.append((tag, given))
        if tag == "html":
            self.lang = given["lang"]
        elif tag == "form":
            self.action, self.method = given["action"], given["method"]
        elif tag == "select":
            self._select = given["name"]
        elif tag == "button":
            self.buttons.append(given["value"])
        elif tag == "option" and self._select:
            self.options.setdefault(self._select, []).append(given["value"])
            if "selected" in given or self._select not in self.fields:
                self.fields[self._select] = given["value"]
        elif tag == "input" and (given.get("type") != "radio" or "checked" in given):
            self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, f"<{opened}> is closed by </{tag}>"
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text:
            return
        self.texts.append(text)
        tag, given = self._open[-1]
        if tag == "h1":
            self.headings.append(text)
        if tag == "a":
            self.links[text] = given["href"]
        if given.get("role") in {"alert", "status"}:
            self.alerts.append(text)


def read(answer: requests.Response) -> ReadPage:
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return ReadPage(html=answer.text, status=answer.status_code)
