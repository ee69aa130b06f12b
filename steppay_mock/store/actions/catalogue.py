"""Creates, updates and deletes products and prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Unpack

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.coherence.fields import money
from steppay_mock.payload.instants import EPOCH
from steppay_mock.store.actions.new_products import NewProducts
from steppay_mock.store.amounts import check_amount
from steppay_mock.store.catalogue_fields import PRODUCT_TEXTS, STATUSES, read_stock, read_text, read_texts
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.options import Money, PriceFields, ProductFields
from steppay_mock.store.records import Price, Product
from steppay_mock.values import check_choice

_ENDED = {"CANCELED", "EXPIRED"}
_UNPAID = {"CREATED", "DEPOSIT_WAITING", "PAYMENT_FAILURE"}


class Catalogue(NewProducts):
    """The actions on products and prices."""

    def create_product(self, **fields: Unpack[ProductFields]) -> Product:
        """Add a product with one price: product.created, then product.price.created (assumed).

        With ``priced=False`` it has no price, and product.created alone is sent, as if the API made it (fact 49).
        """
        terms = self._read_product(fields)
        made = self._make_product(terms, self._tick())
        self._emit(EventType.PRODUCT_CREATED, made)
        if self.assumptions.prices_created_with_product:
            for price in made.prices:
                self._tick()
                self._emit(EventType.PRODUCT_PRICE_CREATED, price)
        self._adopt_price(made.prices)
        return self._find(Product, made.code)

    def update_product(
        self,
        product: Product | str,
        *,
        name: str | None = None,
        status: str | None = None,
        stock: int | None = None,
        sub_title: str | None = None,
        description: str | None = None,
        image: str | None = None,
    ) -> Product:
        """Change the texts, the status or the stock of the product: product.updated."""
        found = self._find(Product, product)
        texts = {"name": name, "sub_title": sub_title, "description": description, "image": image}
        given = {key: one for key, one in texts.items() if one is not None}
        changes: dict[str, Any] = {**read_texts(given, PRODUCT_TEXTS)}
        if status is not None:
            changes["status"] = check_choice("status", status, STATUSES)
        if stock is not None:
            changes["quantity"] = read_stock(stock)
        if not changes:
            raise SteppayMockError(
                "update_product() got nothing to change. Give a name, or a status such as OUT_OF_STOCK."
            )
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
        plan = {key: read_text(key, value) for key, value in texts.items() if value is not None}
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
        self._adopt_price(made.prices)
        return made

    def found_price(self, product: Product | str, **fields: Unpack[PriceFields]) -> Price:
        """Add a price that exists before the first event, to such a product."""
        parent = self._find(Product, product)
        if parent.code not in self._at_first.products:
            raise SteppayMockError(
                f"Product {parent.code} was created by an event. Create its price with store.create_price()."
            )
        return self._add_at_start(self._make_price(parent, self._read_price(fields), self._now))

    def _adopt_price(self, made: Sequence[Price]) -> None:
        """Make the first of these the default price, unless there is one."""
        if made and self._price not in self._tables.prices:
            self._price = made[0].code

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
