"""The page of the endpoints: where webhooks go and how, the key on demand, and the deliveries of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from steppay_mock.contract.catalogue import EventType
from steppay_mock.delivery.faults import FAULTS
from steppay_mock.delivery.order import DeliveryOrder
from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.pages.portal.listed import ListedDelivery, list_deliveries
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.endpoints import SandboxEndpoint
    from steppay_mock.sandbox.pages.frame import Page

_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEndpoint:
    """An endpoint with its newest deliveries. ``key`` is None unless it was asked for."""

    endpoint: SandboxEndpoint
    url: str
    """Without what is secret in it."""
    key: str | None
    deliveries: list[ListedDelivery]


def answer_endpoints(sandbox: SandboxCore, page: Page) -> Response:
    """All endpoints."""
    return _show(sandbox, page)


def answer_endpoint_form(sandbox: SandboxCore, page: Page) -> Response:
    """Add, change or remove an endpoint, or show its key."""
    form = page.request.form
    button, name = form.get("do"), form.get("name", "").strip()
    try:
        if button == "key":
            return _show(sandbox, page, with_key=sandbox.endpoints[name].name)
        if button == "remove":
            sandbox.endpoints.remove(name)
        elif button == "add" and name in sandbox.endpoints:
            return _show(sandbox, page, wrong=page.words["endpoint_exists"].format(name=name))
        elif button in {"add", "save"}:
            sandbox.change_endpoint(name, **_changes(form))
        else:
            return _show(sandbox, page, wrong=page.words["wrong_endpoint_button"])
    except SteppayMockError as error:
        return _show(sandbox, page, wrong=str(error))
    return page.redirect("/endpoints")


def _changes(form: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the form that were filled in; an empty URL or key stays as it is."""
    found: dict[str, Any] = {name: form[name].strip() for name in ("url", "secret") if form.get(name, "").strip()}
    if "events" in form:
        found["events"] = re.split(r"[\s,]+", form["events"].strip()) if form["events"].strip() else []
    if "enabled" in form:
        found["enabled"] = form["enabled"] == "on"
    if "order" in form:
        found["order"] = form["order"]
    if "duplicates" in form:
        found["duplicates"] = _number(form["duplicates"])
    if "fault" in form:
        found["fault"] = form["fault"] or None
    return found


def _number(text: str) -> float | str:
    return float(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", text.strip()) else text


def _show(sandbox: SandboxCore, page: Page, *, with_key: str | None = None, wrong: str | None = None) -> Response:
    everything = list_deliveries(sandbox.path)
    return page.answer(
        "endpoints.html",
        status=400 if wrong else 200,
        shown=[
            ListedEndpoint(
                endpoint=one,
                url=shown_url(one.url),
                key=one.secret if one.name == with_key else None,
                deliveries=[each for each in everything if each.delivery.receiver == one.name][:_LISTED],
            )
            for one in sandbox.endpoints
        ],
        orders=get_args(DeliveryOrder),
        faults=list(FAULTS),
        events=[str(one) for one in EventType],
        wrong=wrong,
    )
