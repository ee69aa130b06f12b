"""Creates, updates and deletes products (fact 49)."""

from __future__ import annotations

from steppay_mock.rest.query import required_choice_in, values_of
from steppay_mock.rest.shapes.products import product_object
from steppay_mock.rest.writing.write import DONE, ApiWrite, Data

_DAYS = {"DAY": 1, "WEEK": 7, "MONTH": 30, "YEAR": 365}
_TEXTS = {"name": "name", "subTitle": "sub_title", "description": "description", "featuredImageUrl": "image"}


def create_product(write: ApiWrite) -> Data:
    """POST /api/v1/products: it has no price (fact 49). A trial is kept in days (assumed)."""
    body = write.body
    made = write.store.create_product(
        type=body["type"],
        status=body["status"],
        stock=body.get("quantity"),
        trial_days=body["demoPeriod"] * _DAYS[body["demoPeriodUnit"]] if body["enabledDemo"] else 0,
        priced=False,
        **{field: body[name] for name, field in _TEXTS.items()},
    )
    return product_object(write.reading, made)


def update_product(write: ApiWrite) -> Data:
    """PUT /api/v1/products/{id}: what is left out stays as it is (assumed)."""
    body = write.body
    changed = write.store.update_product(
        write.found,
        status=body.get("status"),
        stock=body.get("quantity"),
        **{field: body.get(name) for name, field in _TEXTS.items()},
    )
    return product_object(write.reading, changed)


def change_status(write: ApiWrite) -> Data:
    """PATCH /api/v1/products/{id}/status?status=."""
    status = required_choice_in(write.query, "status", values_of("ProductStatus"))
    write.store.update_product(write.found, status=status)
    return DONE


def delete_product(write: ApiWrite) -> Data:
    """DELETE /api/v1/products/{id}."""
    write.store.delete_product(write.found)
    return DONE
