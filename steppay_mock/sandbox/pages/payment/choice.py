"""What the buyer chose on the payment page, and the action of the store that it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from steppay_mock.sandbox.pages.payment.return_urls import Status
from steppay_mock.sandbox.pages.payment.view import ShownOrder
from steppay_mock.store.actions.pay_choices import LONGEST_REASON, MOST_DEPOSIT_DAYS

_MOST_QUANTITY = 100_000


class WrongChoiceError(Exception):
    """A choice that cannot be done; ``word`` is the key of the words that say why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAction:
    """An action of the store, its arguments, and how the page ends after it."""

    name: str
    arguments: Mapping[str, Any]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The fields of the form, as they were sent."""

    do: str = ""
    """The button: pay, fail, close, recalculate, deposit or reject."""
    quantity: str = ""
    means: str = ""
    """Method and gateway, such as ``card:TOSS``."""
    deposit: str = "now"
    """When the money of a virtual account or a direct debit arrives: now, later or never."""
    days: str = "1"
    reason: str = ""

    @classmethod
    def read(cls, form: Mapping[str, str]) -> Self:
        """The choice of a form."""
        return cls(**{name: form[name].strip() for name in cls.__slots__ if name in form})

    @property
    def wanted_quantity(self) -> int | None:
        """The quantity, if it is one."""
        is_number = re.fullmatch("[0-9]{1,6}", self.quantity) is not None
        return int(self.quantity) if is_number and 1 <= int(self.quantity) <= _MOST_QUANTITY else None

    def asks_for(self, shown: ShownOrder) -> AskedAction:
        """The action; WrongChoiceError for a choice that this order does not have."""
        order = {"order": shown.order.id}
        if shown.state == "waiting":
            if self.do == "deposit":
                return AskedAction(name="confirm_payment", arguments=order, status="success")
            if self.do == "reject" and shown.payment is not None and shown.payment.debit is not None:
                return AskedAction(name="reject_payment", arguments=order, status="error")
        if shown.state == "open" and self.do in {"pay", "fail"}:
            arguments = {**order, **self._how(shown)}
            return AskedAction(name="pay", arguments=arguments, status="success" if self.do == "pay" else "error")
        raise WrongChoiceError("wrong_button")

    def _how(self, shown: ShownOrder) -> dict[str, Any]:
        method, _, gateway = self.means.partition(":")
        if (method, gateway) not in shown.means:
            raise WrongChoiceError("wrong_means")
        found: dict[str, Any] = {"method": method, "gateway": gateway}
        if shown.quantity is not None and self.quantity:
            if self.wanted_quantity is None:
                raise WrongChoiceError("wrong_quantity")
            found["quantity"] = self.wanted_quantity
        if self.do == "fail":
            return {**found, "pays": "fails", **self._why(method, shown)}
        waits = shown.stands_by and method in {"virtual_account", "cms"}
        days = self._deposit_days() if waits else None
        return found if days is None else {**found, "deposit_days": days}

    def _why(self, method: str, shown: ShownOrder) -> dict[str, str]:
        if method == "virtual_account":
            raise WrongChoiceError("wrong_account_fails")
        if shown.is_free:
            raise WrongChoiceError("wrong_free_fails")
        if len(self.reason) > LONGEST_REASON:
            raise WrongChoiceError("wrong_reason")
        return {"reason": self.reason} if self.reason else {}

    def _deposit_days(self) -> float | None:
        """The days until the money arrives; None: it does not."""
        if self.deposit == "now":
            return 0
        if self.deposit == "never":
            return None
        is_number = re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", self.days) is not None
        if self.deposit != "later" or not is_number or not 0 < float(self.days) <= MOST_DEPOSIT_DAYS:
            raise WrongChoiceError("wrong_days")
        return float(self.days)
