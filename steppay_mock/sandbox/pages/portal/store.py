"""The page of the store: its clock, its scenarios, its records, and the forms that act on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug.exceptions import NotFound

from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.pages.portal.offers import OF_CUSTOMERS, OfferedAction, WrongInputError
from steppay_mock.sandbox.pages.portal.shop import Shop, read_shop
from steppay_mock.store.scenarios.registry import all_scenarios

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page


def answer_store(sandbox: SandboxCore, page: Page) -> Response:
    """The records of the store, with the actions that they allow."""
    return _show(sandbox, page)


def answer_clock(sandbox: SandboxCore, page: Page) -> Response:
    """Let the store's time pass, or run."""
    button = page.request.form.get("do")

    def move() -> None:
        if button == "hour":
            sandbox.advance(hours=1)
        elif button == "day":
            sandbox.advance(days=1)
        elif button == "renewal":
            moment = sandbox.read(read_shop).next_renewal
            if moment is None:
                raise WrongInputError("no_renewal")
            sandbox.store.advance_to(moment)
        elif button == "speed":
            sandbox.change_speed(_speed(page.request.form.get("speed", "")))
        else:
            raise WrongInputError("wrong_store_button")

    return _do(sandbox, page, move)


def answer_scenario(sandbox: SandboxCore, page: Page) -> Response:
    """Play a scenario in the store."""
    return _do(sandbox, page, lambda: sandbox.play(page.request.form.get("scenario", "")))


def answer_new_customer(sandbox: SandboxCore, page: Page) -> Response:
    """Add a customer."""
    given = {name: page.request.form.get(name, "").strip() for name in ("name", "email")}
    fields = {name: value for name, value in given.items() if value}
    return _do(sandbox, page, lambda: sandbox.act("create_customer", fields))


def answer_action(sandbox: SandboxCore, page: Page, noun: str, number: int) -> Response:
    """Do the action of a button for a customer, an order or a subscription."""
    button = page.request.form.get("do")

    def act() -> None:
        found = next((one for one in _offers(sandbox.read(read_shop), noun, number) if one.key == button), None)
        if found is None:
            raise WrongInputError("wrong_store_button")
        sandbox.act(found.action, found.asks_for(noun, number, page.request.form))

    return _do(sandbox, page, act)


def _offers(shop: Shop, noun: str, number: int) -> list[OfferedAction] | tuple[OfferedAction, ...]:
    """The actions that the record allows now."""
    if noun == "customer" and any(one.id == number for one in shop.customers):
        return OF_CUSTOMERS
    for each in shop.orders:
        if noun == "order" and each.order.id == number:
            return each.offers
    for one in shop.subscriptions:
        if noun == "subscription" and one.subscription.id == number:
            return one.offers
    raise NotFound


def _do(sandbox: SandboxCore, page: Page, act: Callable[[], object]) -> Response:
    """Do it and show the page anew, or say why it was not done."""
    try:
        act()
    except WrongInputError as error:
        return _show(sandbox, page, wrong=page.words[error.word])
    except SteppayMockError as error:
        return _show(sandbox, page, wrong=f"{page.words['wrong_for_store']} {error}")
    return page.redirect("/store")


def _show(sandbox: SandboxCore, page: Page, *, wrong: str | None = None) -> Response:
    return page.answer(
        "store.html",
        status=400 if wrong else 200,
        shop=sandbox.read(read_shop),
        sandbox=sandbox.status(),
        scenarios=all_scenarios().values(),
        wrong=wrong,
    )


def _speed(text: str) -> float:
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text.strip()) is None:
        raise WrongInputError("wrong_speed")
    return float(text)
