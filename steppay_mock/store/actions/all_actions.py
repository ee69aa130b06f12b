"""Joins all actions in one class, and connects each kind of planned work with the method that does it."""

from __future__ import annotations

from typing import TypeVar

from steppay_mock.store.actions.allowances import Allowances
from steppay_mock.store.actions.checkout import Checkout
from steppay_mock.store.actions.invoices import Invoices
from steppay_mock.store.actions.items import Items
from steppay_mock.store.actions.payment_dates import PaymentDates
from steppay_mock.store.actions.payment_method_changes import PaymentMethodChanges
from steppay_mock.store.actions.usage import Metering
from steppay_mock.store.options import StoreRecipe
from steppay_mock.store.records import Customer, Invoice, Order, Payment, Price, Product, Subscription, Usage

Stored = TypeVar("Stored", Customer, Product, Price, Order, Subscription, Payment, Invoice, Usage)


class AllActions(Allowances, Metering, Items, PaymentDates, Checkout, PaymentMethodChanges, Invoices):
    """A store with all of its actions, without the stories that happen in it."""

    def __init__(self, recipe: StoreRecipe) -> None:
        super().__init__(recipe)
        self._work.update(
            {
                "expiry": self._expiry_due,
                "given time comes": self._given_time_due,
                "pause is over": self._pause_end_due,
                "period ends": self._period_end_due,
                "renewal": self._renewal_due,
                "retry": self._retry_due,
                "notice": self._notice_due,
                "deposit arrives": self._deposit_due,
                "account closes": self._account_due,
                "invoice is sent": self._reserved_time_due,
                "invoice is overdue": self._deadline_due,
                "order is told again": self._telling_due,
            }
        )
        if recipe.customer is not None:
            self.found_customer(**recipe.customer)
        if recipe.product is not None:
            self.found_product(**recipe.product)

    def latest(self, record: Stored) -> Stored:
        """The current state of a record that the store gave earlier; SteppayMockError if it was deleted."""
        return self._find(type(record), record)
