"""A page by which a framework refuses a webhook is known by its status and its words, and no other page is."""

from __future__ import annotations

import pytest

from steppay_mock.delivery.in_process.frameworks import refusal_of

SETTINGS = b"<td>CSRF_COOKIE_NAME</td><td>csrftoken</td>"  # all of them are on each page for developers
PAGES = {
    b"<title>DisallowedHost at /webhooks</title>" + SETTINGS: {400: "host"},
    b"<title>Bad Request (400)</title>": {400: "host"},
    b"<title>RuntimeError</title> and you have APPEND_SLASH set." + SETTINGS: {500: "slash"},
    b"<h1>CSRF verification failed. Request aborted.</h1>": {400: "csrf", 403: "csrf"},
    b"The CSRF token is missing.": {400: "csrf", 403: "csrf"},
    b'{"error": "no csrf token"}': {400: "csrf", 403: "csrf"},
    b"<title>KeyError at /webhooks</title>" + SETTINGS: {},
    b"Bad Request": {},
    b"": {},
}


@pytest.mark.parametrize("status", [None, 200, 400, 401, 403, 404, 500, 501])
def test_a_refusal_is_known_by_its_status_and_its_words(status: int | None) -> None:
    assert {page: refusal_of(status, page) for page in PAGES} == {
        page: status and known.get(status) for page, known in PAGES.items()
    }
