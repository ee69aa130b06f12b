"""Creates, updates and deletes products and prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Unpack, get_args

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.chance import derive_seed
from steppay_mock.payload.coherence.fields import Amount, money
from steppay_mock.payload.factory import make_event
from steppay_mock.payload.instants import EPOCH
from steppay_mock.store.amounts import check_amount, usual_price
from steppay_mock.store.base import StoreBase
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.options import Interval, Money, PriceFields, ProductFields, SetupFeeType, check_fields
from steppay_mock.store.records import Price, Product
from steppay_mock.store.usage_table import UsageTable, read_postpaid, read_usage_table, require_usage_alone
from steppay_mock.values import check_choice

_BILLINGS = {"flat": "FLAT", "unit": "UNIT_BASED", "usage": "USAGE_BASED", "one_time": "ONE_TIME"}
_TYPES = ("SOFTWARE", "BOX", "BUNDLE")
_STATUSES = ("SALE", "OUT_OF_STOCK", "UNSOLD", "WAITING_APPROVAL", "REJECTED")
MOST_TRIAL = 730
_ENDED = {"CANCELED", "EXPIRED"}
_UNPAID = {"CREATED", "DEPOSIT_WAITING", "PAYMENT_FAILURE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _PriceTerms:
    """The checked fields of a new price; None where the store chooses."""

    code: str | None
    amount: Amount | None
    billing: str
    unit: str | None
    count: int | None
    setup_fee: int
    setup_type: str
    quota: int | None
    postpaid: bool
    membership: int
    renewals: int
    billing_day: int | None
    provide_start_day: int | None
    usage_table: UsageTable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProductTerms:
    """The checked fields of a new product and its first price; None where the store chooses."""

    code: str | None
    type: str
    name: str | None
    trial_days: int
    stock: int | None
    price: _PriceTerms


class Catalogue(StoreBase):
    """The actions on products and prices."""

    def create_product(self, **fields: Unpack[ProductFields]) -> Product:
        """Add a product with one price: product.created, then product.price.created (assumed)."""
        terms = self._read_product(fields)
        made = self._make_product(terms, self._tick())
        self._emit(EventType.PRODUCT_CREATED, made)
        if self.assumptions.prices_created_with_product:
            for price in made.prices:
                self._tick()
                self._emit(EventType.PRODUCT_PRICE_CREATED, price)
        self._adopt_price(made.prices[0])
        return self._find(Product, made.code)

    def update_product(
        self, product: Product | str, *, name: str | None = None, status: str | None = None, stock: int | None = None
    ) -> Product:
        """Change the name, the status or the stock of the product: product.updated."""
        found = self._find(Product, product)
        if name is None and status is None and stock is None:
            raise SteppayMockError(
                "update_product() got nothing to change. Give a name, or a status such as OUT_OF_STOCK."
            )
        changes: dict[str, Any] = {}
        if name is not None:
            changes["name"] = _text("name", name)
        if status is not None:
            changes["status"] = check_choice("status", status, _STATUSES)
        if stock is not None:
            changes["quantity"] = _stock(stock)
        words = {**found.words, **changes, "modifiedAt": self._tick().isoformat()}
        return self._emit(EventType.PRODUCT_UPDATED, replace(found, name=words["name"], words=words))

    def delete_product(self, product: Product | str) -> Product:
        """Delete the product and its prices: product.deleted. Refused if a subscription or an unpaid order needs it."""
        found = self._find(Product, product)
        for price in found.prices:
            self._refuse_if_needed("delete the product", f"product {found.code}", price)
        self._tick()
        return self._emit(EventType.PRODUCT_DELETED, replace(found, words={**found.words, "status": "UNSOLD"}))

    def create_price(self, product: Product | str, **fields: Unpack[PriceFields]) -> Price:
        """Add a price to the product: product.price.created."""
        found = self._find(Product, product)
        terms = self._read_price(fields)
        made = self._make_price(found, terms, self._tick())
        return self._emit(EventType.PRODUCT_PRICE_CREATED, made)

    def update_price(
        self,
        price: Price | str,
        *,
        amount: Money | None = None,
        name: str | None = None,
        description: str | None = None,
    ) -> Price:
        """Change the price: product.price.updated. One that has orders changes only its two texts (fact 49)."""
        found = self._find(Price, price)
        if amount is None and name is None and description is None:
            raise SteppayMockError("update_price() got nothing to change. Give an amount, a name or a description.")
        checked = found.amount if amount is None else check_amount(amount, self.currency, "amount", least=1)
        texts = {"name": name, "description": description}
        plan = {key: _text(key, value) for key, value in texts.items() if value is not None}
        if amount is not None:
            if found.usage_table is not None:
                raise SteppayMockError(
                    f"The price {found.code} has a usage_table, and no amount to change. Create another price."
                )
            if checked == found.amount:
                raise SteppayMockError(f"The price {found.code} is {checked} already. Give another amount.")
            self._refuse_if_ordered(found)
        words = {**found.words, "price": money(checked), "modifiedAt": self._tick().isoformat()}
        words["plan"] = {**words["plan"], **plan}
        return self._emit(EventType.PRODUCT_PRICE_UPDATED, replace(found, amount=checked, words=words))

    def delete_price(self, price: Price | str) -> Price:
        """Delete the price: product.price.deleted. Refused if a subscription or an unpaid order needs it."""
        found = self._find(Price, price)
        self._refuse_if_needed("delete the price", f"price {found.code}", found)
        self._tick()
        return self._emit(EventType.PRODUCT_PRICE_DELETED, found)

    def found_product(self, **fields: Unpack[ProductFields]) -> Product:
        """Add a product with one price that exist before the first event."""
        terms = self._read_product(fields)
        long_ago = self._now - timedelta(days=self._chance.between(30, 400), seconds=self._chance.between(0, 86_399))
        made = self._add_at_start(self._make_product(terms, max(long_ago, EPOCH)))
        self._adopt_price(made.prices[0])
        return made

    def found_price(self, product: Product | str, **fields: Unpack[PriceFields]) -> Price:
        """Add a price that exists before the first event, to such a product."""
        parent = self._find(Product, product)
        if parent.code not in self._at_first.products:
            raise SteppayMockError(
                f"Product {parent.code} was created by an event. Create its price with store.create_price()."
            )
        return self._add_at_start(self._make_price(parent, self._read_price(fields), self._now))

    def _adopt_price(self, made: Price) -> None:
        """Make this the default price, unless there is one."""
        if self._price not in self._tables.prices:
            self._price = made.code

    def _refuse_if_ordered(self, price: Price) -> None:
        for order in self._tables.orders.values():
            if any(line.price_code == price.code for line in order.lines):
                subject, hint = f"price {price.code}", "Create another price: store.create_price()"
                refuse("change the amount", subject=subject, state=f"sold by order {order.id}", hint=f"{hint}.")

    def _refuse_if_needed(self, action: str, subject: str, price: Price) -> None:
        for subscription in self._tables.subscriptions.values():
            if subscription.status not in _ENDED and any(item.price.code == price.code for item in subscription.items):
                state = f"needed by subscription {subscription.id}, which is {subscription.status}"
                refuse(action, subject=subject, state=state, hint="Cancel the subscription or change its plan first.")
        for order in self._tables.orders.values():
            if order.status in _UNPAID and any(line.price_code == price.code for line in order.lines):
                state = f"needed by order {order.id}, which is {order.status}"
                refuse(action, subject=subject, state=state, hint="Cancel or pay the order first.")
        for invoice in self._tables.invoices.values():
            if invoice.order_id is None and any(sold.code == price.code for sold in invoice.basket.prices):
                state = f"needed by invoice {invoice.id}, which is {invoice.status}"
                refuse(action, subject=subject, state=state, hint="Delete the invoice first.")

    def _read_product(self, fields: ProductFields) -> _ProductTerms:
        """The fields, checked before anything changes."""
        check_fields(fields, ProductFields.__annotations__, "product")
        self._ids.require_free_code("product", fields.get("code"))
        of_price: Any = {name: value for name, value in fields.items() if name in PriceFields.__annotations__}
        return _ProductTerms(
            code=fields.get("code"),
            type=check_choice("type", fields.get("type", "SOFTWARE"), _TYPES),
            name=_text("name", fields["name"]) if "name" in fields else None,
            trial_days=_whole("trial_days", fields.get("trial_days", 0), least=0, most=MOST_TRIAL),
            stock=_stock(fields.get("stock")),
            price=self._read_price(of_price),
        )

    def _make_product(self, terms: _ProductTerms, moment: datetime) -> Product:
        code = self._ids.code("product", terms.code)
        pinned: dict[str, Any] = {
            "code": code,
            "type": terms.type,
            "status": "SALE",
            "prices": [],
            "quantity": terms.stock,
            "enabledDemo": bool(terms.trial_days),
            "demoPeriod": terms.trial_days or None,
            "demoPeriodUnit": "DAY" if terms.trial_days else None,
            "createdAt": moment.isoformat(),
            "modifiedAt": moment.isoformat(),
        }
        if terms.name is not None:
            pinned["name"] = terms.name
        words = self._words(EventType.PRODUCT_CREATED, code, pinned, moment)
        number = self._ids.derived("product", derive_seed(self.seed, "product", code))
        made = Product(id=number, code=code, type=terms.type, name=words["name"], prices=(), words=words)
        return replace(made, prices=(self._make_price(made, terms.price, moment),))

    def _read_price(self, fields: PriceFields) -> _PriceTerms:
        """The fields, checked before anything changes."""
        check_fields(fields, PriceFields.__annotations__, "price")
        self._ids.require_free_code("price", fields.get("price_code"))
        billing = _BILLINGS[check_choice("billing", fields.get("billing", "flat"), tuple(_BILLINGS))]
        unit = check_choice("interval", fields.get("interval", "MONTH"), get_args(Interval))
        count = _whole("interval_count", fields.get("interval_count", 1), most=24)
        quota, amount = fields.get("quota"), fields.get("price")
        if quota is not None:
            quota = _whole("quota", quota, most=10**12)
            if billing != "USAGE_BASED":
                raise SteppayMockError(
                    f"quota={quota}: only billing='usage' has a quota. Add billing='usage', or leave the quota out."
                )
        table = read_usage_table(
            fields.get("usage_table"), fields.get("usage_table_type", "per_unit"), currency=self.currency
        )
        if table is not None:
            require_usage_alone(billing, amount)
        checked = None if amount is None else check_amount(amount, self.currency, "price", least=1)
        recurs = billing != "ONE_TIME"
        setup_type = check_choice("setup_fee_type", fields.get("setup_fee_type", "INITIALLY"), get_args(SetupFeeType))
        if setup_type == "PERIODIC" and not recurs:
            raise SteppayMockError("setup_fee_type='PERIODIC': a one-time price has no renewals. Leave it out.")
        postpaid = read_postpaid(fields.get("postpaid"), billing, quota)
        return _PriceTerms(
            code=fields.get("price_code"),
            amount=checked if table is None else 0,
            billing=billing,
            unit=unit if recurs else None,
            count=count if recurs else None,
            setup_fee=_whole("setup_fee", fields.get("setup_fee", 0), least=0, most=10**9),
            setup_type=setup_type,
            quota=quota,
            postpaid=postpaid,
            membership=_whole("membership_months", fields.get("membership_months", 0), least=0, most=120),
            renewals=_whole("expires_after_renewals", fields.get("expires_after_renewals", 0), least=0, most=120),
            billing_day=_day_of_month("billing_day", fields.get("billing_day"), unit if recurs else None),
            provide_start_day=_day_of_month(
                "provide_start_day", fields.get("provide_start_day"), unit if recurs else None
            ),
            usage_table=table,
        )

    def _make_price(self, product: Product, terms: _PriceTerms, moment: datetime) -> Price:
        code = self._ids.code("price", terms.code)
        price = Price(
            id=self._ids.derived("price", derive_seed(self.seed, "price", code)),
            code=code,
            product_code=product.code,
            trial_days=product.trial_days,
            amount=usual_price(self.currency, self._chance.random()) if terms.amount is None else terms.amount,
            billing=terms.billing,
            unit=terms.unit,
            count=terms.count,
            setup_fee=terms.setup_fee,
            setup_type=terms.setup_type,
            quota=terms.quota,
            is_postpaid=terms.postpaid,
            membership=terms.membership,
            renewals=terms.renewals,
            billing_day=terms.billing_day,
            provide_start_day=terms.provide_start_day,
            usage_table=terms.usage_table,
            words={},
        )
        pinned = _price_pins(price, moment)
        return replace(price, words=self._words(EventType.PRODUCT_PRICE_CREATED, price.code, pinned, moment))

    def _words(self, event_type: EventType, code: str, pinned: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
        made = make_event(
            event_type,
            seed=derive_seed(self.seed, "words", code),
            now=moment.replace(tzinfo=self.now.tzinfo),
            locale=self.locale,
            nulls="null",
            data=pinned,
        )
        return made.data


def _price_pins(price: Price, moment: datetime) -> dict[str, Any]:
    """The webhook fields of a price that the store computes with. The payload factory makes the others."""
    fee = {"type": price.setup_type, "price": price.setup_fee, "claimMethodType": "PRE"} if price.setup_fee else None
    return {
        "priceCode": price.code,
        "price": money(price.amount),
        "type": price.billing,
        "recurring": {"unit": price.unit, "count": price.count} if price.recurs else None,
        "membershipExpirationDate": price.membership,
        "membershipExpirationDateType": "MONTH" if price.membership else None,
        "setupOption": fee,
        "options": [],
        "additionalBilling": None if price.usage_table is None else price.usage_table.written(price.code),
        "firstSaleEnabled": False,
        "firstSalePrice": None,
        "claim": _claim(price) if price.recurs else None,
        "bundlePrices": [],
        "onetimeBundlePrice": 0,
        "createdAt": moment.isoformat(),
        "modifiedAt": moment.isoformat(),
    }


def _claim(price: Price) -> dict[str, Any]:
    return {
        "methodType": "POST" if price.is_postpaid else "PRE",
        "whenToClaimType": "FIRST_PAYMENT" if price.billing_day is None else "DATE",
        "billingDate": price.billing_day or 1,
        "provideStartDay": price.provide_start_day,
    }


def _day_of_month(name: str, value: object, unit: str | None) -> int | None:
    if value is None:
        return None
    if unit != "MONTH":
        raise SteppayMockError(f"{name}={value!r}: only a price that recurs by interval='MONTH' has it. Leave it out.")
    return _whole(name, value, most=28)


def _stock(value: object) -> int | None:
    return None if value is None else _whole("stock", value, most=10**9)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise SteppayMockError(f"{name}={value!r} is no text. Give one such as '골드 멤버십'.")
    return value


def _whole(name: str, value: object, *, least: int = 1, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise SteppayMockError(f"{name}={value!r}: give a whole number from {least} to {most:,}.")
    return value
