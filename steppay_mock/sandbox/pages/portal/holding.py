"""The buttons that let webhooks wait, deliver those that wait, and wait for the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from steppay_mock.delivery.order import DeliveryOrder
from steppay_mock.sandbox.pages.portal.doing import done
from steppay_mock.sandbox.pages.portal.forms import FormField, WrongInputError, choices_of, read_seed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page

ORDERS = get_args(DeliveryOrder)
_ORDER = FormField(name="order", label="order_of_delivery", kind="choice", choices=choices_of(ORDERS))
_DUPLICATES = FormField(name="duplicates", label="duplicates", kind="amount")


def answer_holding(sandbox: SandboxCore, page: Page) -> Response:
    """Do what a button asks for, and show the deliveries; or say what is wrong."""
    form = page.request.form
    button = form.get("do")

    def act() -> None:
        if button in {"hold", "release"}:
            sandbox.hold(held=button == "hold")
        elif button == "settle":
            sandbox.settle()
        elif button == "flush":
            sandbox.flush(**_how(form))
        else:
            raise WrongInputError("wrong_store_button")

    wrong = done(page, act)
    if wrong is None:
        return page.redirect("/deliveries")
    return page.error(400, page.words["error_400"], f"{wrong.text} {wrong.reason}".strip())


def _how(form: Mapping[str, str]) -> dict[str, Any]:
    """In which order, and with how many duplicates; what is empty is as the endpoint has it."""
    return {**_ORDER.read(form), **_DUPLICATES.read(form), "seed": read_seed(form.get("seed", ""))}
