"""The page of one webhook that came in, and its button, which forwards it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import NotFound

from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.pages.portal.copies import copies_of
from steppay_mock.sandbox.pages.portal.received import list_webhooks
from steppay_mock.sandbox.pages.portal.shown_request import show_request
from steppay_mock.sandbox.pages.portal.signature import lines_of, signature_steps

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page

_OF_TUNNELS = frozenset({"host", "connection", "accept-encoding"})


def answer_webhook(sandbox: SandboxCore, page: Page, number: int) -> Response:
    """All that is known about a webhook."""
    return _show(sandbox, page, number)


def answer_webhook_forward(sandbox: SandboxCore, page: Page, number: int) -> Response:
    """Forward it again, and show the answer; or say what is wrong."""
    form = page.request.form
    if form.get("do") != "forward":
        return _show(sandbox, page, number, wrong=page.words["wrong_webhook_button"])
    try:
        sandbox.inbox.forward(number, to=form.get("to", "").strip() or None)
    except SteppayMockError as error:
        return _show(sandbox, page, number, wrong=str(error))
    return page.redirect(None)


def _show(sandbox: SandboxCore, page: Page, number: int, *, wrong: str | None = None) -> Response:
    everything = {one.webhook.number: one for one in list_webhooks(sandbox.inbox)}
    listed = everything.get(number)
    if listed is None:
        raise NotFound
    one, before = listed.webhook, everything.get(listed.arrival.previous or 0)
    steps = signature_steps(
        one.body, signed_at=one.signed_at, keys=one.keys, proof=one.signature, error=one.signature_error
    )
    url = sandbox.inbox.settings(one.inbox).forward_to
    settings = sandbox.inbox.settings(one.inbox).as_dict()
    headers = {name.lower(): value for name, value in one.shown_headers if name.lower() not in _OF_TUNNELS}
    return page.answer(
        "webhook.html",
        status=400 if wrong else 200,
        listed=listed,
        one=one,
        wrong=wrong,
        forwards=[
            (each, lines_of(each.headers.items()), each.body.decode("utf-8", "backslashreplace"))
            for each in sandbox.inbox.forwards(number)
        ],
        address=f"{settings['address']}{'?' if one.query else ''}{one.shown_query}",
        settings=settings,
        shown=show_request(
            one.body,
            headers=one.shown_headers,
            signature=steps,
            previous=listed.arrival.previous,
            previous_body=None if before is None else before.webhook.body,
        ),
        copies=[] if url is None else copies_of(url=url, headers=headers, body=one.body, event=one.type or "webhook"),
    )
