"""Makes new orders and their lines (fact 31)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.base import StoreBase
from steppay_mock.store.records import Basket, Customer, Order, OrderLine, Price

_DUE_DAYS = 7


class NewOrders(StoreBase):
    """Adds new orders to a store. It has no public action: checkouts, renewals and invoices make orders."""

    def _new_order(
        self,
        kind: str,
        customer: Customer,
        lines: Iterable[OrderLine],
        *,
        basket: Basket | None = None,
        subscriptions: tuple[int, ...] = (),
        status: str = "CREATED",
        due_days: int = _DUE_DAYS,
    ) -> Order:
        """Add an order: order.created."""
        now = self._now
        listed = tuple(replace(line, status=status) for line in lines)
        ships = any(line.product_type == "BOX" or line.type == "SHIPPING" for line in listed)
        return self._emit(
            EventType.ORDER_CREATED,
            Order(
                id=self._ids.number("order"),
                code=self._ids.code("order"),
                type=kind,
                lines=listed,
                created_at=now,
                modified_at=now,
                due_at=now + timedelta(days=due_days),
                id_key=self._ids.id_key(now),
                customer_id=customer.id,
                shipping=customer.words.get("shipping") if ships else None,
                subscriptions=subscriptions,
                basket=basket,
            ),
        )

    def _product_line(
        self, price: Price, *, quantity: int, amount: Amount, now: datetime, trial_days: int = 0
    ) -> OrderLine:
        """The line of a product."""
        product = self._tables.products[price.product_code]  # it cannot be deleted while somebody needs its price
        return OrderLine(
            **self._common_fields(now),
            type="SKU",
            amount=amount,
            quantity=quantity,
            product_name=product.name,
            product_type=product.type,
            plan_name=_plan_name(price),
            product_code=price.product_code,
            price_code=price.code,
            image=product.words["featuredImageUrl"],
            trial_days=trial_days,
        )

    def _extra_line(
        self, first: OrderLine, kind: str, amount: Amount, now: datetime, *, setup_type: str = "INITIALLY"
    ) -> OrderLine:
        """A line of FEE, DISCOUNT, TAX, SHIPPING or ADDS that belongs to the product line ``first``."""
        return OrderLine(
            **self._common_fields(now),
            type=kind,
            amount=-amount if kind == "DISCOUNT" else amount,
            quantity=1,
            product_name=first.product_name,
            product_type=first.product_type,
            plan_name=first.plan_name,
            discount_name=self._chance.pick(self._pool.goods["discount-name"]) if kind == "DISCOUNT" else None,
            setup_type=setup_type if kind == "FEE" else None,
            first=(first.id, first.code),
        )

    def _common_fields(self, now: datetime) -> dict[str, Any]:
        return {
            "id": self._ids.number("order_item"),
            "code": self._ids.code("order_item"),
            "status": "CREATED",
            "currency": self.currency,
            "created_at": now,
            "modified_at": now,
        }


def _plan_name(price: Price) -> str:
    plan = price.words.get("plan")
    return str(plan["name"]) if isinstance(plan, dict) else price.code
