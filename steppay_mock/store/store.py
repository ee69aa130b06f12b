"""One store that knows everything: its customers, what they bought, what was paid, and what time it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, Unpack

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.invoices import Invoices
from steppay_mock.store.options import CustomerFields, PriceFields, ProductFields, StoreOptions, read_store_options
from steppay_mock.store.records import Customer, Invoice, Order, Payment, Price, Product, Subscription, Usage

if TYPE_CHECKING:
    from steppay_mock.store.scenarios.story import Story

Stored = TypeVar("Stored", Customer, Product, Price, Order, Subscription, Payment, Invoice, Usage)


class Store(Invoices):
    """A simulated StepPay store, whose events cannot contradict each other.

    The options are those of :class:`~steppay_mock.store.options.StoreOptions`. Unless told otherwise it has one
    customer and one product with a monthly price, which there were before its first event. ``store.events`` is what has
    happened, ``store.state()`` what is true. Actions take what the store gave (as it was at any time) or its id, change
    nothing if they are refused (IllegalAction, or SteppayMockError for what can never be), and send their events within
    one second. ``advance`` lets time pass, and does what falls due in it.
    """

    def __init__(self, **options: Unpack[StoreOptions]) -> None:
        recipe = read_store_options(options)
        super().__init__(recipe)
        self._work.update(
            {
                "expiry": self._expiry_due,
                "period ends": self._period_over,
                "renewal": self._renewal_due,
                "retry": self._retry_due,
                "notice": self._notice_due,
                "account closes": self._close_account,
                "invoice is sent": self._reserved_time_comes,
                "invoice is overdue": self._deadline_passes,
            }
        )
        if recipe.customer is not None:
            self.found_customer(**recipe.customer)
        if recipe.product is not None:
            self.found_product(**recipe.product)

    def __repr__(self) -> str:
        return f"<store: {len(self.customers)} customers, {len(self.events)} events, {self.now.isoformat()}>"

    def found_customer(self, **fields: Unpack[CustomerFields]) -> Customer:
        """A customer whom there was before the first event, and of whom no event tells until something changes."""
        found = self._found_customer(fields)
        self._adopt_customer(found)
        return found

    def found_product(self, **fields: Unpack[ProductFields]) -> Product:
        """A product with one price that there was before the first event."""
        found = self._found_product(fields)
        self._adopt_price(found.prices[0])
        return found

    def found_price(self, product: Product | str, **fields: Unpack[PriceFields]) -> Price:
        """One more price of a product that there was before the first event."""
        found = self._find(Product, product)
        if found.code not in self._at_first.products:
            raise SteppayMockError(f"An event told of product {found.code}. Make its price with store.create_price().")
        return self._found(self._make_price(found.code, self._read_price(fields), self._now))

    def latest(self, record: Stored) -> Stored:
        """What the store gave you once, as it is now; SteppayMockError if it was deleted."""
        return self._find(type(record), record)

    def interleave(self, *stories: Story | str) -> Story:
        """Live the scenarios of these stories here, at the same time: each with a customer of its own.

        Every story begins now, and goes on when its wait is over; a subscription that outlives its story goes on until
        all have ended. Where their events fall into one second they are mixed, by the store's seed; those of one
        customer stay in their order. Give the name of a scenario, or a story for its scenario and parameters. Each
        scenario has to yield its waits.
        """
        from steppay_mock.store.scenarios.perform import interleave

        return interleave(self, *stories)
