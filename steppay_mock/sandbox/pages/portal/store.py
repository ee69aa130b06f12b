"""The page of the store: its clock, its scenarios, its records, and the forms that act on them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from steppay_mock.sandbox.pages.portal.doing import done
from steppay_mock.sandbox.pages.portal.forms import WrongInputError, read_seed
from steppay_mock.sandbox.pages.portal.offers import Offers
from steppay_mock.sandbox.pages.portal.shop import next_renewal, read_shop
from steppay_mock.store.scenarios.registry import all_scenarios

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page
    from steppay_mock.sandbox.pages.refusals import ShownRefusal


def answer_store(sandbox: SandboxCore, page: Page) -> Response:
    """The records of the store, with the actions that they allow."""
    return show_store(sandbox, page)


def answer_clock(sandbox: SandboxCore, page: Page) -> Response:
    """Let the store's time pass, or run."""
    button = page.request.form.get("do")

    def move() -> None:
        if button == "hour":
            sandbox.advance(hours=1)
        elif button == "day":
            sandbox.advance(days=1)
        elif button == "renewal":
            moment = sandbox.read(next_renewal)
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


def answer_new(sandbox: SandboxCore, page: Page) -> Response:
    """Make a customer, a product or an invoice."""

    def make() -> None:
        offers = sandbox.read(lambda store: Offers(store).of_store())
        offer = next((one for one in offers if one.key == page.request.form.get("do")), None)
        if offer is None:
            raise WrongInputError("wrong_store_button")
        sandbox.act(offer.action, offer.asks_for({}, page.request.form))

    return _do(sandbox, page, make)


def answer_reset(sandbox: SandboxCore, page: Page) -> Response:
    """Ask, and then begin with a new store."""
    form = page.request.form
    button, seed, scenario = form.get("do"), form.get("seed", "").strip(), form.get("scenario", "")
    if button == "ask":
        return page.answer("reset.html", seed=seed, scenario=scenario, sandbox=sandbox.status())

    def reset() -> None:
        if button != "reset":
            raise WrongInputError("wrong_store_button")
        sandbox.reset(seed=read_seed(seed), scenario=scenario or None)

    return _do(sandbox, page, reset)


def show_store(sandbox: SandboxCore, page: Page, *, wrong: ShownRefusal | None = None) -> Response:
    """The page, with why something was not done."""
    return page.answer(
        "store.html",
        status=400 if wrong else 200,
        shop=sandbox.read(read_shop),
        sandbox=sandbox.status(),
        scenarios=all_scenarios().values(),
        wrong=wrong,
    )


def _do(sandbox: SandboxCore, page: Page, act: Callable[[], Any]) -> Response:
    """Do it and show the page anew, or say why it was not done."""
    wrong = done(page, act)
    return page.redirect("/store") if wrong is None else show_store(sandbox, page, wrong=wrong)


def _speed(text: str) -> float:
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text.strip()) is None:
        raise WrongInputError("wrong_speed")
    return float(text)
