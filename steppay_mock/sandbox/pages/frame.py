"""The frame of all pages: templates, security headers, and answers that are pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Request, Response

from steppay_mock.sandbox.pages.language import LANGUAGES, choose_language, meaning_in, remember_language, words_of
from steppay_mock.sandbox.pages.shown import shown_amount, shown_local, shown_milliseconds, shown_moment, shown_utc

_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with no-referrer, the Origin of a form is null, and the guard refuses it
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A request for a page, and its language."""

    request: Request
    language: str

    @property
    def words(self) -> Mapping[str, str]:
        """The words of the language."""
        return words_of(self.language)

    def answer(self, template: str, *, status: int = 200, form_action: str | None = None, **values: Any) -> Response:
        """The page of a template. ``form_action`` is where its forms may lead, beside this sandbox."""
        html = (
            _environment()
            .get_template(template)
            .render({**values, "words": self.words, "lang": self.language, "languages": self._languages()})
        )
        # UTF-8 has no bytes for half a surrogate pair, which a body that came in may have.
        answer = Response(html.encode("utf-8", "backslashreplace"), status=status, mimetype="text/html")
        secure(answer, form_action=form_action)
        remember_language(self.request, answer)
        return answer

    def error(self, status: int, title: str, text: str) -> Response:
        """A page that says what is wrong, and what to do."""
        return self.answer("error.html", status=status, title=title, text=text)

    def redirect(self, url: str | None) -> Response:
        """Send the browser to another page, which it reads with GET; None: to this one."""
        target = f"{quote(self.request.path)}{self.here()}" if url is None else iri_to_uri(url)
        answer = Response(status=303, headers={"Location": target})
        secure(answer)
        return answer

    def _languages(self) -> list[tuple[str, str, str]]:
        """Each language: its tag, its name, and this page in it."""
        return [(tag, name, self.here(lang=tag)) for tag, name in LANGUAGES.items()]

    def here(self, **changes: str) -> str:
        """The relative URL of this page: its query, with these changes."""
        query: MultiDict[str, str] = MultiDict(self.request.args)
        for name, value in changes.items():
            query[name] = value
        return f"?{urlencode(list(query.items(multi=True)))}"


def open_page(request: Request) -> Page:
    """The request as one for a page."""
    return Page(request, choose_language(request))


def secure(answer: Response, *, form_action: str | None = None) -> None:
    """Add the headers that keep what a page shows from acting."""
    policy = {**_POLICY, "form-action": f"'self' {form_action}"} if form_action else _POLICY
    answer.headers.update(_HEADERS)
    answer.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        money=shown_amount,
        moment=shown_moment,
        local=shown_local,
        utc=shown_utc,
        milliseconds=shown_milliseconds,
        meaning=meaning_in,
    )
    return environment
