"""The stock of products: what can be ordered, and what orders and renewals take from it (fact 49)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from steppay_mock.contract.catalogue import EventType
from steppay_mock.store.base import StoreBase
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.records import Order, Price, Subscription

_TAKES = {"ONE_TIME", "RECURRING_INITIAL", "RECURRING"}


class Stock(StoreBase):
    """Keeps the stock of a store. It has no public action: payments take from it, ``update_product`` sets it."""

    def _require_on_sale(self, prices: Iterable[Price], quantity: int) -> None:
        """Raise IllegalAction unless each product is on SALE and has as much in stock."""
        for code, times in Counter(price.product_code for price in prices).items():
            product = self._tables.products[code]
            subject = f"product {code}"
            if product.status != "SALE":
                hint = f"Put it on sale: store.update_product({code!r}, status='SALE')."
                refuse("order the product", subject=subject, state=product.status, hint=hint)
            if product.stock is not None and product.stock < quantity * times:
                hint = f"Add some: store.update_product({code!r}, stock={quantity * times})."
                refuse(
                    f"order {quantity * times}", subject=subject, state=f"down to {product.stock} in stock", hint=hint
                )

    def _take_stock(self, order: Order) -> None:
        """Reduce the stock by what was paid: product.updated, with OUT_OF_STOCK if nothing is left."""
        if order.type not in _TAKES:
            return
        taken: Counter[str] = Counter()
        for line in order.lines:
            if line.product_code is not None:
                taken[line.product_code] += line.quantity
        for code, quantity in taken.items():
            product = self._tables.products.get(code)  # None: it was deleted
            if product is None or not product.stock:
                continue
            left = max(product.stock - quantity, 0)
            words = {**product.words, "quantity": left, "modifiedAt": self._tick().isoformat()}
            if not left and product.status == "SALE":
                words["status"] = "OUT_OF_STOCK"
            self._emit(EventType.PRODUCT_UPDATED, replace(product, words=words))

    def _lacks_stock(self, subscription: Subscription) -> bool:
        """Whether a renewal fails because a product is out of stock, if that is assumed."""
        if not self.assumptions.renewals_fail_without_stock:
            return False
        products = (self._tables.products.get(item.price.product_code) for item in subscription.items)
        return any(product is not None and product.status == "OUT_OF_STOCK" for product in products)
