"""Makes the records of new products and prices, with the words of their webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.chance import derive_seed
from steppay_mock.payload.coherence.fields import money
from steppay_mock.payload.factory import make_event
from steppay_mock.store.amounts import usual_price
from steppay_mock.store.base import StoreBase
from steppay_mock.store.catalogue_fields import PriceTerms, ProductTerms, read_price, read_product
from steppay_mock.store.options import PriceFields, ProductFields
from steppay_mock.store.records import Price, Product


class NewProducts(StoreBase):
    """Makes new products and prices. It has no public action: ``create_product`` and ``found_product`` call it."""

    def _read_product(self, fields: ProductFields) -> ProductTerms:
        terms = read_product(fields, currency=self.currency)
        self._ids.require_free_code("product", terms.code)
        if terms.price is not None:
            self._ids.require_free_code("price", terms.price.code)
        return terms

    def _read_price(self, fields: PriceFields) -> PriceTerms:
        terms = read_price(fields, currency=self.currency)
        self._ids.require_free_code("price", terms.code)
        return terms

    def _make_product(self, terms: ProductTerms, moment: datetime) -> Product:
        code = self._ids.code("product", terms.code)
        pinned: dict[str, Any] = {
            "code": code,
            "type": terms.type,
            "status": terms.status,
            "prices": [],
            "quantity": terms.stock,
            "enabledDemo": bool(terms.trial_days),
            "demoPeriod": terms.trial_days or None,
            "demoPeriodUnit": "DAY" if terms.trial_days else None,
            "createdAt": moment.isoformat(),
            "modifiedAt": moment.isoformat(),
            **terms.texts,
        }
        words = self._words(EventType.PRODUCT_CREATED, code, pinned, moment)
        number = self._ids.derived("product", derive_seed(self.seed, "product", code))
        made = Product(id=number, code=code, type=terms.type, name=words["name"], prices=(), words=words)
        return made if terms.price is None else replace(made, prices=(self._make_price(made, terms.price, moment),))

    def _make_price(self, product: Product, terms: PriceTerms, moment: datetime) -> Price:
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
        pinned = {**_price_pins(price, moment), **terms.texts}
        words = self._words(EventType.PRODUCT_PRICE_CREATED, price.code, pinned, moment)
        if terms.plan:
            made = words["plan"] or {"detailDescription": None, "isHiddenFromShop": False, "adminName": None}
            words["plan"] = {"name": price.code, "description": "", **made, **terms.plan}
        return replace(price, words=words)

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
