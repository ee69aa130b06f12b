"""The pages of a sandbox: path, method and what answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from steppay_mock.sandbox.pages.assets import asset_answer
from steppay_mock.sandbox.pages.frame import Page, open_page
from steppay_mock.sandbox.pages.payment.page import answer_payment_page
from steppay_mock.sandbox.pages.portal.actions import answer_actions, answer_any_action
from steppay_mock.sandbox.pages.portal.deliveries import answer_deliveries
from steppay_mock.sandbox.pages.portal.delivery import answer_delivery, answer_delivery_again
from steppay_mock.sandbox.pages.portal.endpoints import answer_endpoint_form, answer_endpoints
from steppay_mock.sandbox.pages.portal.holding import answer_holding
from steppay_mock.sandbox.pages.portal.inbox import answer_inbox_page
from steppay_mock.sandbox.pages.portal.live import answer_events
from steppay_mock.sandbox.pages.portal.record import answer_action, answer_record
from steppay_mock.sandbox.pages.portal.store import (
    answer_clock,
    answer_new,
    answer_reset,
    answer_scenario,
    answer_store,
)
from steppay_mock.sandbox.pages.portal.webhook import answer_webhook, answer_webhook_forward

if TYPE_CHECKING:
    from steppay_mock.sandbox.core import SandboxCore

_MOST = 100_000  # bytes of a form


def answer_page(sandbox: SandboxCore, request: Request) -> Response:
    """The page that the request asks for, or one that says what is wrong."""
    page = open_page(request)
    request.max_content_length = _MOST
    try:
        name, keys = _ROUTES.bind("", path_info=request.path).match(method=request.method)
        return _PAGES[name](sandbox, page, **keys)
    except MethodNotAllowed as error:
        answer = _error(page, 405)
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return answer
    except NotFound:
        return _error(page, 404)
    except RequestEntityTooLarge:
        return _error(page, 413)
    except HTTPException:
        return _error(page, 400)


def refuse_page(request: Request, reason: str) -> Response:
    """The page that says why the guard refuses a request."""
    page = open_page(request)
    return page.error(403, page.words["error_403"], reason)


def _error(page: Page, status: int) -> Response:
    words = page.words
    return page.error(status, words[f"error_{status}"], words[f"error_{status}_text"])


def _first_page(sandbox: SandboxCore, page: Page) -> Response:
    return answer_inbox_page(sandbox, page) if sandbox.inbox.is_first else answer_deliveries(sandbox, page)


def _asset(_sandbox: SandboxCore, _page: Page, name: str) -> Response:
    found = asset_answer(name)
    if found is None:
        raise NotFound
    return found


_NUMBERED = "/store/<any(customer,order,subscription,invoice,payment):noun>/<int:key>"
_CODED = "/store/<any(product,price):noun>/<path:key>"

_TABLE: tuple[tuple[str, str, Callable[..., Response]], ...] = (
    ("GET", "/", _first_page),
    ("GET", "/deliveries", answer_deliveries),
    ("GET", "/deliveries/<int:number>", answer_delivery),
    ("POST", "/deliveries/<int:number>", answer_delivery_again),
    ("GET", "/inbox", answer_inbox_page),
    ("GET", "/inbox/<int:number>", answer_webhook),
    ("POST", "/inbox/<int:number>", answer_webhook_forward),
    ("GET", "/events", answer_events),
    ("POST", "/holding", answer_holding),
    ("GET", "/endpoints", answer_endpoints),
    ("POST", "/endpoints", answer_endpoint_form),
    ("GET", "/store", answer_store),
    ("POST", "/store/clock", answer_clock),
    ("POST", "/store/scenario", answer_scenario),
    ("POST", "/store/new", answer_new),
    ("POST", "/store/reset", answer_reset),
    ("GET", "/store/actions", answer_actions),
    ("POST", "/store/actions", answer_any_action),
    ("GET", _NUMBERED, answer_record),
    ("POST", _NUMBERED, answer_action),
    ("GET", _CODED, answer_record),
    ("POST", _CODED, answer_action),
    ("GET", "/pay/<code>", answer_payment_page),
    ("POST", "/pay/<code>", answer_payment_page),
    ("GET", "/assets/<name>", _asset),
)

_ROUTES = Map([Rule(path, methods=[method], endpoint=f"{method} {path}") for method, path, _ in _TABLE])
_PAGES = {f"{method} {path}": function for method, path, function in _TABLE}
