"""Creates, updates and deletes customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Unpack, get_args

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.validate import iter_errors
from steppay_mock.errors import SteppayMockError, choices
from steppay_mock.payload.chance import derive_seed
from steppay_mock.payload.factory import make_event
from steppay_mock.payload.instants import EPOCH
from steppay_mock.payload.overrides import plain_override
from steppay_mock.payload.plan import plan_event
from steppay_mock.store.base import StoreBase
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.options import CustomerFields, check_fields
from steppay_mock.store.records import Customer, MarketingChannel, Words
from steppay_mock.store.texts import check_letters

_NAMES = {"additional_recipients": "additionalRecipients"}
_ENDED = {"CANCELED", "EXPIRED"}
_OPEN = {"CREATED", "DEPOSIT_WAITING"}


class Customers(StoreBase):
    """The actions on a customer."""

    def create_customer(self, **fields: Unpack[CustomerFields]) -> Customer:
        """Add a customer: customer.created."""
        self._require_possible(fields)
        made = self._emit(EventType.CUSTOMER_CREATED, self._make_customer(fields, self._tick()))
        self._adopt_customer(made)
        return made

    def update_customer(self, customer: Customer | int | None = None, **fields: Unpack[CustomerFields]) -> Customer:
        """Change these fields of the customer: customer.updated. Id and code cannot change."""
        found = self._customer_or_default(customer)
        check_fields(fields, CustomerFields.__annotations__, "customer")
        for name in ("id", "code"):
            if name in fields:
                raise SteppayMockError(
                    f"The {name} of a customer cannot change. Make another customer: create_customer()"
                )
        if not fields:
            raise SteppayMockError(
                "update_customer() got no field to change. Name one, such as email='lee@example.com'."
            )
        words = {**found.words, **_as_words(fields)}
        if isinstance(words["shipping"], dict):
            words["shipping"] = {**dict.fromkeys(_shipping_fields()), **words["shipping"]}
        _check_words(words, fields)
        marketing = _marketing(fields, found.marketing)
        changed = Customer(id=found.id, code=found.code, words=words, marketing=marketing)
        return self._emit(EventType.CUSTOMER_UPDATED, changed)

    def delete_customer(self, customer: Customer | int | None = None) -> Customer:
        """Delete the customer: customer.deleted. Refused with a running subscription, an open order or invoice."""
        found = self._customer_or_default(customer)
        held = self._held_by(found)
        if held:
            refuse(
                "delete the customer",
                subject=f"customer {found.id}",
                state=f"still needed by {held}",
                hint="Cancel that first, or let it end.",
            )
        return self._emit(EventType.CUSTOMER_DELETED, found)

    def _customer_or_default(self, customer: Customer | int | None) -> Customer:
        return self.customer if customer is None else self._find(Customer, customer)

    def _owner(self, customer_id: int, action: str) -> Customer:
        """The owner of an order; IllegalAction if they were deleted."""
        if customer_id not in self._tables.customers:
            refuse(action, subject=f"customer {customer_id}", state="deleted")
        return self._tables.customers[customer_id]

    def found_customer(self, **fields: Unpack[CustomerFields]) -> Customer:
        """Add a customer who exists before the first event. No event reports them until something changes."""
        self._require_possible(fields)
        long_ago = self._now - timedelta(days=self._chance.between(1, 400), seconds=self._chance.between(0, 86_399))
        made = self._add_at_start(self._make_customer(fields, max(long_ago, EPOCH)))
        self._adopt_customer(made)
        return made

    def _adopt_customer(self, made: Customer) -> None:
        """Make this the default customer, unless there is one."""
        if self._customer not in self._tables.customers:
            self._customer = made.id

    def _require_possible(self, fields: CustomerFields) -> None:
        """Raise SteppayMockError for fields that no customer can have, before anything changes."""
        check_fields(fields, CustomerFields.__annotations__, "customer")
        _marketing(fields)
        self._ids.require_free_customer(fields.get("id"))
        self._ids.require_free_code("customer", fields.get("code"))
        if fields:
            _check_words(self._customer_words(fields, number=1, code="?", moment=self._now), fields)

    def _make_customer(self, fields: CustomerFields, moment: datetime) -> Customer:
        number = self._ids.customer(fields.get("id"))
        code = self._ids.code("customer", fields.get("code"))
        words = self._customer_words(fields, number=number, code=code, moment=moment)
        return Customer(id=number, code=code, words=words, marketing=_marketing(fields))

    def _customer_words(self, fields: CustomerFields, *, number: int, code: str, moment: datetime) -> dict[str, Any]:
        made = make_event(
            EventType.CUSTOMER_CREATED,
            seed=derive_seed(self.seed, "customer", number),
            now=moment.replace(tzinfo=self.now.tzinfo),
            locale=self.locale,
            nulls="null",
            data={**_as_words(fields), "id": number, "code": code, "createdAt": moment.isoformat()},
        )
        return made.data

    def _held_by(self, customer: Customer) -> str | None:
        for subscription in self._tables.subscriptions.values():
            if subscription.customer_id == customer.id and subscription.status not in _ENDED:
                return f"subscription {subscription.id}, which is {subscription.status}"
        for order in self._tables.orders.values():
            if order.customer_id == customer.id and order.status in _OPEN:
                return f"order {order.id}, which is {order.status}"
        for invoice in self._tables.invoices.values():
            if invoice.customer_id == customer.id and invoice.status != "PAID":
                return f"invoice {invoice.id}, which is {invoice.status}"
        return None


def _as_words(fields: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in fields.items() if name != "marketing"}
    return {_NAMES.get(name, name): plain_override(value) for name, value in told.items()}


def _marketing(fields: CustomerFields, before: tuple[MarketingChannel, ...] = ()) -> tuple[MarketingChannel, ...]:
    """The channels of the field, in their usual order; ``before`` without it."""
    wanted, known = fields.get("marketing", before), get_args(MarketingChannel)
    if not isinstance(wanted, list | tuple) or not all(channel in known for channel in wanted):
        raise SteppayMockError(f"marketing={wanted!r} are not some of {choices(known)}. Give such as ['EMAIL'].")
    return tuple(channel for channel in known if channel in wanted)


def _shipping_fields() -> tuple[str, ...]:
    return tuple(plan_event(EventType.CUSTOMER_UPDATED, edge=False).fields["data"].fields["shipping"].fields)


def _check_words(words: Words, fields: Mapping[str, Any]) -> None:
    """Raise SteppayMockError for a value that no customer can have, such as a number as name."""
    check_letters(f"A field of the customer ({', '.join(fields)})", dict(words))
    payload = {"timestamp": 0, "version": "v1", "event": "customer.created", "data": dict(words)}
    for violation in iter_errors(payload, strict=True):
        names = ", ".join(fields)
        raise SteppayMockError(
            f"Wrong field of a customer ({names}): {violation.path}: expected {violation.expected}, "
            f"got {violation.sent}. Correct the field."
        )
