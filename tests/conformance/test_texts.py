"""The findings as people read them: whole texts, kept beside this file.

After a change that was meant: ``UPDATE_REPORTS=1 pytest tests/conformance/test_texts.py``, and read the difference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from conformance.checked import TYPES, card_of
from conformance.kept import compare
from conformance.zoo.members import FLAWED
from conformance.zoo.shop import Shop

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

pytestmark = pytest.mark.usefixtures("stopped")

FINDINGS = (
    "ChecksNoAge",
    "CountsCopiesAgain",
    "LastArrivalWins",
    "LooksForAnotherHeader",
    "NeedsThePayer",
    "ReadsTheFirstKey",
    "ReadsTimesAsKst",
    "RefusesNewFields",
    "RoundsIds",
    "TellsTheRightKey",
    "VerifiesAReSerialisedBody",
    "VerifiesNothing",
)


@pytest.mark.parametrize("name", FINDINGS)
def test_the_text_of_a_finding(name: str) -> None:
    shop = FLAWED[name]()
    needs_proofs = str(shop.finding).startswith("order/")
    card = card_of(shop, types=TYPES, quick=not needs_proofs)
    compare(f"{name}.txt", card.findings[0].report())


def test_the_text_of_a_card_without_a_finding() -> None:
    text = card_of(Shop(), types=TYPES).report()
    compare("right.txt", re.sub(r"\d+\.\d s", "0.0 s", text))


@pytest.mark.parametrize("name", ["VerifiesNothing", "NeedsThePayer", "right"])
@pytest.mark.parametrize("form", ["en.html", "ko.html", "svg", "junit.xml", "sarif.json", "json"])
def test_the_files_of_a_card(name: str, form: str) -> None:
    shop = Shop() if name == "right" else FLAWED[name]()
    card = replace(card_of(shop, types=TYPES, skip=["malformed", "unknown-enum"]), elapsed=0.0)
    texts: dict[str, Callable[[], str]] = {
        "en.html": card.as_html,
        "ko.html": lambda: card.as_html(lang="ko"),
        "svg": card.as_badge,
        "junit.xml": card.as_junit,
        "sarif.json": lambda: json.dumps(card.as_sarif(), ensure_ascii=False, indent=1),
        "json": lambda: json.dumps(card.as_dict(), ensure_ascii=False, indent=1),
    }
    compare(f"{name}.{form}", texts[form]())


def test_the_requests_of_a_card_are_the_same_bytes() -> None:
    """Each line is a request: its place, the method, a digest of headers and body, and the answer."""
    shop, lines = Shop(), list[str]()

    def recording(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        headers = sorted((key, value) for key, value in environ.items() if key.startswith(("HTTP_", "CONTENT_")))
        digest = sha256(repr(headers).encode() + body).hexdigest()[:12]

        def begun(status: str, *given: Any) -> Any:
            lines.append(f"{len(lines)} {environ['REQUEST_METHOD']} {digest} {status[:3]}")
            return start_response(status, *given)

        return shop(environ, begun)

    card_of(shop, types=TYPES, receiver=recording)
    compare("requests.txt", "\n".join(lines))
