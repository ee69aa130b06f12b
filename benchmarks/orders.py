"""The event ``order.created``, written with the libraries that people use to make test data.

Each writer gives the whole payload as a dict: the envelope, the order, its shipping, two items. The hand-written ones
fill those fields that are not null in such an order and leave out the others, as the webhook does (fact 7); what they
do not do is make the amounts, dates and codes agree with each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, cast

from benchmarks.measure import peer
from steppay_mock.contract.schemas import Schema, event_schema

Writer = Callable[[], dict[str, Any]]


def enumeration(name: str, *, of_item: bool = False) -> list[str]:
    """The values that the order's field, or its items', may have."""
    order = event_schema("order.created")["properties"]["data"]["properties"]
    field: Schema = (order["items"]["items"]["properties"] if of_item else order)[name]
    values: list[str] = field.get("enum") or field["anyOf"][0]["enum"]
    return values


def with_faker() -> Writer:
    """Written by hand around one ``Faker("ko_KR")`` that is reused."""
    from faker import Faker

    fake = Faker("ko_KR")
    order_types = enumeration("type")
    item_types, statuses = enumeration("type", of_item=True), enumeration("status", of_item=True)
    product_types = enumeration("productType", of_item=True)

    def moment(start: str, end: str) -> str:
        return str(fake.date_time_between(start, end).isoformat())

    def item() -> dict[str, Any]:
        return {
            "id": fake.random_int(1, 999_999),
            "code": fake.bothify("order_item_?????????"),
            "type": fake.random_element(item_types),
            "status": fake.random_element(statuses),
            "createdAt": moment("-30d", "now"),
            "modifiedAt": moment("-30d", "now"),
            "paidAmount": fake.random_int(1_000, 99_900, 100),
            "currency": fake.currency_code(),
            "quantity": fake.random_int(1, 5),
            "priceCode": fake.bothify("price_?????????"),
            "productCode": fake.bothify("product_?????????"),
            "productType": fake.random_element(product_types),
            "productName": fake.catch_phrase(),
            "featuredImageUrl": fake.image_url(),
            "selectedProductOptionLabel": fake.word(),
            "selectedProductOptionIds": [fake.random_int(1, 999_999)],
            "planName": fake.word(),
            "minimumQuantity": fake.random_int(1, 9),
            "parentOrderItemCode": fake.bothify("order_item_?????????"),
        }

    def order() -> dict[str, Any]:
        return {
            "id": fake.random_int(1, 999_999),
            "code": fake.bothify("order_?????????"),
            "type": fake.random_element(order_types),
            "paidAmount": fake.random_int(1_000, 99_900, 100),
            "returnedAmount": 0,
            "leftAmount": fake.random_int(1_000, 99_900, 100),
            "discountedAmount": 0,
            "productName": fake.catch_phrase(),
            "paymentDueDate": moment("now", "+30d"),
            "createdAt": moment("-30d", "now"),
            "modifiedAt": moment("-30d", "now"),
            "idKey": fake.bothify("#############????????????????"),
            "customerId": fake.random_int(1, 999_999),
            "shipping": {
                "name": fake.name(),
                "phone": fake.phone_number(),
                "postcode": fake.postcode(),
                "address1": fake.street_address(),
                "address2": fake.building_name(),
                "state": fake.province(),
                "city": fake.city(),
                "countryCode": fake.country_code(),
            },
            "items": [item(), item()],
            "subscriptions": [fake.random_int(1, 999_999)],
        }

    return lambda: _envelope(fake.random_int(1_700_000_000, 1_760_000_000), order())


def with_mimesis() -> Writer:
    """Written by hand around the providers of mimesis, Korean where it has Korean."""
    locale = peer("mimesis.locales").Locale.KO
    mimesis = peer("mimesis")
    generic = mimesis.Generic(locale)
    numeric, code, date = generic.numeric.integer_number, generic.code.pin, generic.datetime.datetime
    person, address, text, choice = generic.person, generic.address, generic.text, generic.choice
    order_types = enumeration("type")
    item_types, statuses = enumeration("type", of_item=True), enumeration("status", of_item=True)
    product_types = enumeration("productType", of_item=True)

    def moment() -> str:
        return str(date(2024, 2025).isoformat())

    def item() -> dict[str, Any]:
        return {
            "id": numeric(1, 999_999),
            "code": code("order_item_@@@@@@@@@"),
            "type": choice(item_types),
            "status": choice(statuses),
            "createdAt": moment(),
            "modifiedAt": moment(),
            "paidAmount": numeric(1_000, 99_900),
            "currency": generic.finance.currency_iso_code(),
            "quantity": numeric(1, 5),
            "priceCode": code("price_@@@@@@@@@"),
            "productCode": code("product_@@@@@@@@@"),
            "productType": choice(product_types),
            "productName": text.title(),
            "featuredImageUrl": generic.internet.url(),
            "selectedProductOptionLabel": text.word(),
            "selectedProductOptionIds": [numeric(1, 999_999)],
            "planName": text.word(),
            "minimumQuantity": numeric(1, 9),
            "parentOrderItemCode": code("order_item_@@@@@@@@@"),
        }

    def order() -> dict[str, Any]:
        return {
            "id": numeric(1, 999_999),
            "code": code("order_@@@@@@@@@"),
            "type": choice(order_types),
            "paidAmount": numeric(1_000, 99_900),
            "returnedAmount": 0,
            "leftAmount": numeric(1_000, 99_900),
            "discountedAmount": 0,
            "productName": text.title(),
            "paymentDueDate": moment(),
            "createdAt": moment(),
            "modifiedAt": moment(),
            "idKey": code("#############@@@@@@@@@@@@@@@@"),
            "customerId": numeric(1, 999_999),
            "shipping": {
                "name": person.full_name(),
                "phone": person.phone_number(),
                "postcode": address.postal_code(),
                "address1": address.address(),
                "address2": address.street_number(),
                "state": address.state(),
                "city": address.city(),
                "countryCode": address.country_code(),
            },
            "items": [item(), item()],
            "subscriptions": [numeric(1, 999_999)],
        }

    return lambda: _envelope(numeric(1_700_000_000, 1_760_000_000), order())


def with_jsf() -> Writer:
    """Made by jsf from the schema of the event, every optional field included, two items."""
    schema = event_schema("order.created")
    order = schema["properties"]["data"]
    two = {**order["properties"]["items"], "type": "array", "minItems": 2, "maxItems": 2}
    order = {**order, "properties": {**order["properties"], "items": two}}
    schema = {**schema, "properties": {**schema["properties"], "data": order}}
    generate = peer("jsf").JSF(schema, allow_none_optionals=0.0).generate
    return lambda: cast("dict[str, Any]", generate())


def with_polyfactory() -> Writer:
    """Made by polyfactory from a pydantic model of the event, which has the fields of the schema; two items."""
    factory = peer("polyfactory.factories.pydantic_factory").ModelFactory
    pydantic_model = _model("OrderCreated", event_schema("order.created"))
    options = {
        "__randomize_collection_length__": True,
        "__min_collection_length__": 2,
        "__max_collection_length__": 2,
        "__allow_none_optionals__": False,
        "__check_model__": False,
    }
    build = factory.create_factory(model=pydantic_model, **options).build
    return lambda: cast("dict[str, Any]", build().model_dump(mode="json"))


def _envelope(timestamp: int, order: dict[str, Any]) -> dict[str, Any]:
    return {"timestamp": timestamp, "version": "v1", "event": "order.created", "data": order, "isTest": True}


def _model(name: str, schema: Schema) -> Any:
    from pydantic import create_model

    fields: dict[str, Any] = {key: (_type(key, sub), ...) for key, sub in schema["properties"].items()}
    return create_model(name, **fields)


def _type(name: str, schema: Schema) -> Any:
    """The annotation of a field in a pydantic model."""
    if "anyOf" in schema:
        return _type(name, schema["anyOf"][0]) | None
    kind = schema.get("type")
    if isinstance(kind, list):
        return _type(name, {**schema, "type": kind[0]}) | None
    if kind == "array":
        return list[_type(name, schema["items"])]  # type: ignore[misc]
    return _type_of_one(name, schema)


def _type_of_one(name: str, schema: Schema) -> Any:
    if "const" in schema or "enum" in schema:
        values = tuple(schema.get("enum", [schema.get("const")]))
        return Literal[values]
    if "properties" in schema:
        return _model(name.title(), schema)
    if schema.get("format") == "local-date-time":
        return datetime
    return {"integer": int, "number": float, "boolean": bool}.get(schema["type"], str)
