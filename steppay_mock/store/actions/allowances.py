"""Says what a record allows now: by the life cycles, and by the checks that the actions themselves make."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.catalogue import Catalogue
from steppay_mock.store.actions.orders import Orders
from steppay_mock.store.actions.payment_dates import PaymentDates
from steppay_mock.store.lifecycle import INVOICE, SUBSCRIPTION, allowed_actions, refuse
from steppay_mock.store.records import Customer, Invoice, Order, Price, Product, Subscription

Check = Callable[[], object]

_OF_COVER = ("postpone the StepCover message", "move the payment date")
_OF_RENEWALS = ("renew now", "move the next payment")


class Allowances(Catalogue, PaymentDates, Orders):
    """What a store would not refuse. It changes nothing."""

    def allowed_for(self, record: Order | Customer | Product | Price) -> tuple[str, ...]:
        """The names of the actions that the record, as it is now, allows, such as ``refund``; none if it was deleted.

        Of actions that need more than the record, such as an amount, what is given can still be refused.
        """
        _require_record(record, (Order, Customer, Product, Price), "an order, a customer, a product or a price")
        try:
            checks = self._checks_of(self._find(type(record), record))
        except SteppayMockError:
            return ()
        return tuple(name for name, check in checks.items() if _passes(check))

    def allowed_transitions(self, record: Subscription | Invoice) -> tuple[str, ...]:
        """What the life cycle of the record, as it is now, lets a user do, such as ``pause``; none if it was deleted.

        Without what its table allows and the store would refuse: StepCover that is off, a renewal that will not come.
        """
        _require_record(record, (Subscription, Invoice), "a subscription or an invoice")
        try:
            found = self._find(type(record), record)
        except SteppayMockError:
            return ()
        if isinstance(found, Invoice):
            return allowed_actions(INVOICE, found.status)
        checks: dict[str, Check] = {
            **{name: lambda name=name: self._in_cover(found, name) for name in _OF_COVER},  # type: ignore[misc]
            **{name: lambda name=name: self._renewing(found, name) for name in _OF_RENEWALS},  # type: ignore[misc]
        }
        return tuple(name for name in allowed_actions(SUBSCRIPTION, found.status) if _passes(checks.get(name, _always)))

    def _checks_of(self, record: Order | Customer | Product | Price) -> Mapping[str, Check]:
        if isinstance(record, Order):
            return self._checks_of_order(record)
        if isinstance(record, Customer):
            return {"update_customer": _always, "delete_customer": lambda: self._require_free(record)}
        if isinstance(record, Product):
            return {"update_product": _always, "delete_product": lambda: self._require_unneeded(record)}
        return {"update_price": _always, "delete_price": lambda: self._refuse_if_needed("", "", record)}

    def _checks_of_order(self, order: Order) -> Mapping[str, Check]:
        def owned(check: Check) -> Check:
            return lambda: (self._owner(order.customer_id, ""), check())

        return {
            "pay": owned(lambda: self._require_payable(order)),
            "confirm_payment": owned(lambda: self._on_standby(order, "")),
            "reject_payment": owned(lambda: self._require_debit(order)),
            "cancel_order": owned(lambda: self._require_cancellable(order)),
            "refund": owned(lambda: self._refundable(order, None)),
        }

    def _require_debit(self, order: Order) -> None:
        _, payment = self._on_standby(order, "")
        if payment.debit is None:
            refuse("", subject="", state=payment.status)

    def _require_unneeded(self, product: Product) -> None:
        for price in product.prices:
            self._refuse_if_needed("", "", price)

    def _require_free(self, customer: Customer) -> None:
        held = self._held_by(customer)
        if held is not None:
            refuse("", subject="", state=held)


def _always() -> None:
    """Pass: nothing in the state of the record is in the way."""


def _passes(check: Check) -> bool:
    try:
        check()
    except SteppayMockError:
        return False
    return True


def _require_record(record: object, kinds: tuple[type, ...], nouns: str) -> None:
    if not isinstance(record, kinds):
        raise SteppayMockError(f"{type(record).__name__} is not {nouns}. Give a record that the store gave you.")
