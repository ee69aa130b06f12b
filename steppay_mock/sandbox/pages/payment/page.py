"""The payment page: shows an order, does what the buyer chooses, and sends the browser back to the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.pages.frame import Page
from steppay_mock.sandbox.pages.payment.choice import Choice, WrongChoiceError
from steppay_mock.sandbox.pages.payment.return_urls import ReturnUrls, WrongUrlError
from steppay_mock.sandbox.pages.payment.view import ShownOrder, show
from steppay_mock.sandbox.pages.refusals import refusal_of

if TYPE_CHECKING:
    from steppay_mock.sandbox.core import SandboxCore


def answer_payment_page(sandbox: SandboxCore, page: Page, code: str) -> Response:
    """The page of an order: a form, or what happened to it. A form that is sent is done."""
    try:
        urls = ReturnUrls.read(page.request.args)
    except WrongUrlError as error:
        words = page.words
        return page.error(400, words["wrong_url"], words["wrong_url_text"].format(name=error.name, url=error.url))
    if page.request.method == "POST":
        return _do(sandbox, page, code, urls)
    return _page(page, _find(sandbox, code), urls)


def _do(sandbox: SandboxCore, page: Page, code: str, urls: ReturnUrls) -> Response:
    """Do what the buyer chose, once. Then the browser goes back to the shop, or sees what happened."""
    choice = Choice.read(page.request.form)
    shown = _find(sandbox, code, choice=choice)
    if choice.do == "close":
        return page.redirect(urls.cancel) if urls.cancel else page.answer("closed.html", shown=shown, here=page.here())
    if choice.do == "recalculate":
        is_wrong = shown.quantity is not None and choice.wanted_quantity is None
        return _page(page, shown, urls, choice=choice, wrong=page.words["wrong_quantity"] if is_wrong else None)
    if shown.state not in {"open", "waiting"}:
        return _page(page, shown, urls, status=409)
    try:
        asked = choice.asks_for(shown)
        sandbox.act(asked.name, asked.arguments)
    except WrongChoiceError as error:
        return _page(page, shown, urls, choice=choice, wrong=page.words[error.word])
    except SteppayMockError as error:
        return _refused(page, sandbox, shown, urls, choice=choice, error=error)
    return page.redirect(urls.back(shown.order, asked.status))


def _find(sandbox: SandboxCore, code: str, *, choice: Choice | None = None) -> ShownOrder:
    quantity = None if choice is None else choice.wanted_quantity
    found: ShownOrder | None = sandbox.read(lambda store: show(store, code, quantity=quantity))
    if found is None:
        raise NotFound
    return found


def _refused(
    page: Page, sandbox: SandboxCore, before: ShownOrder, urls: ReturnUrls, *, choice: Choice, error: SteppayMockError
) -> Response:
    """The store refused it: another form of the same order was faster, or it has a reason of its own."""
    after = _find(sandbox, before.order.code, choice=choice)
    if after.state != before.state:
        return _page(page, after, urls, status=409)
    refusal = refusal_of(error, page.words)
    return _page(page, after, urls, choice=choice, wrong=f"{refusal.text} {refusal.reason}".strip())


def _page(
    page: Page,
    shown: ShownOrder,
    urls: ReturnUrls,
    *,
    status: int = 200,
    choice: Choice | None = None,
    wrong: str | None = None,
) -> Response:
    """The page of the order. ``wrong`` is why the choice was not done."""
    return page.answer(
        "order.html",
        status=400 if wrong else status,
        form_action=urls.form_action,
        shown=shown,
        choice=choice or Choice(means=shown.usual),
        wrong=wrong,
        came_late=status == 409,
        back=urls.back(shown.order, "success") if shown.state in {"paid", "partly_refunded"} else urls.cancel,
        here=page.here(),
    )
