"""Takes webhooks at ``/in/{name}``: from anyone, by any name of this machine, because a tunnel gives it another one.

The sender gets 200 as soon as the webhook is kept (assumed: what StepPay does with the answer is not known), so that an
application that is down or slow does not let StepPay try again or give up. An inbox whose ``answer`` is ``forwarded``
gives the receiver's answer instead.
"""

from __future__ import annotations

import sqlite3
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.wrappers import Request, Response

from steppay_mock.errors import SteppayMockError
from steppay_mock.rest.exchange import HEADERS, LONGEST_BODY, sent_body
from steppay_mock.sandbox.control.answers import error_answer, json_answer
from steppay_mock.sandbox.inbox.settings import PREFIX, check_inbox_name

if TYPE_CHECKING:
    from steppay_mock.sandbox.inbox.inbox import Inbox
    from steppay_mock.sandbox.inbox.received import ReceivedWebhook

# A form of another site can send here, and a receiver may repeat it as HTML: its script would have our pages' origin.
_NO_PAGE = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


def take_webhook(inbox: Inbox, request: Request) -> Response:
    """The answer to what was sent to an inbox, after it is kept."""
    body = sent_body(request.environ)
    name = request.path.removeprefix(PREFIX)
    refusal = _refusal(request, name, body)
    if refusal is not None:
        status, reason = refusal
        inbox.notices.append(f"{request.method} {quote(request.path)[:80]} {status}: {reason}")
        return error_answer(status, reason, allow="POST" if status == 405 else None)
    query = request.query_string.decode("latin-1")
    try:
        webhook, forwarding = inbox.take(name, headers=_headers_of(request), body=body, query=query)
    except (SteppayMockError, sqlite3.Error) as error:  # a sender that tries again does not lose it
        inbox.notices.append(f"a webhook to {name} could not be kept: {error}")
        return error_answer(503, "The webhook could not be kept. Look at the sandbox, and send it again.")
    if forwarding is not None and inbox.settings(name).answer == "forwarded":
        try:
            return _as_forwarded(forwarding.result())
        except (SteppayMockError, CancelledError):  # it was removed meanwhile, or the sandbox stops
            return error_answer(503, f"Webhook {webhook.number} is kept and not forwarded yet. Send it again.")
    return json_answer({"inbox": name, "number": webhook.number})


def _refusal(request: Request, name: str, body: bytes) -> tuple[int, str] | None:
    """Why a request is no webhook, with the status that says so; None if it may be one."""
    try:
        check_inbox_name(name)
    except SteppayMockError as error:
        return 404, str(error)
    if request.method != "POST":
        return 405, f"The inbox {name!r} takes webhooks by POST. Send one; the page /inbox shows what came."
    if len(body) > LONGEST_BODY:
        return 413, f"The body has more than {LONGEST_BODY} bytes. Send less."
    if len(body) < (request.content_length or 0):
        return 400, "The connection ended before the body. Send it again."
    return None


def _as_forwarded(webhook: ReceivedWebhook) -> Response:
    answer = webhook.answer
    if answer is None or answer.status is None:
        error = "" if answer is None else answer.error
        return error_answer(
            502, f"The receiver gave no answer: {error}. The webhook is kept: start it, and forward again."
        )
    kept = {name.lower(): value for name, value in answer.headers.items()}
    found = Response(answer.body, status=answer.status, content_type=kept.get("content-type", "text/plain"))
    found.headers.update(_NO_PAGE)
    return found


def _headers_of(request: Request) -> list[tuple[str, str]]:
    """The headers as they came; another server than ours gives them in its own way."""
    return [(str(name), str(value)) for name, value in request.environ.get(HEADERS) or request.headers.items()]
