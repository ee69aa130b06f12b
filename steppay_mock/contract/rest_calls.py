"""The table of the REST API's calls that the OpenAPI document has: path, parameters, answer (fact 27).

A new route of ``store/api/routes.py`` gets its row here; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

HOST = "https://api.steppay.kr"

TypeOfCall = str | Mapping[str, Any]
"""A file below ``schemas/`` and a pointer, or a schema that is written in the table; one with a title gets a name."""

LONG = "types.schema.json#/$defs/Long"


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedParameter:
    """One parameter of a call; without a type it is a string."""

    name: str
    description: str
    type: TypeOfCall | None = None
    place: Literal["path", "query"] = "path"
    required: bool = False
    """Of a parameter of the query. A part of the path always is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedCall:
    """One call of the REST API."""

    name: str
    """A verb and a noun, for the functions that generators write."""
    path: str
    summary: str
    parameters: tuple[DescribedParameter, ...]
    answer: TypeOfCall
    method: str = "GET"
    status: int = 200
    content_type: str = "application/json"
    body: TypeOfCall | None = None
    errors: tuple[int, ...] = (401, 404, 405)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedError:
    """A status of an error: a name for it, what it means, and its body."""

    name: str
    meaning: str
    body: TypeOfCall


_ERROR_BODY: TypeOfCall = {
    "title": "RestApiError",
    "description": "The body of an error, in a form of steppay-mock (fact 37).",
    "type": "object",
    "properties": {
        "status": {"type": "integer", "description": "The HTTP status."},
        "error": {"type": "string", "description": "The HTTP reason phrase."},
        "message": {"type": "string", "description": "What was wrong, and what to do next."},
    },
    "required": ["status", "error", "message"],
}

ERRORS = {
    401: DescribedError(
        name="Unauthorized", body=_ERROR_BODY, meaning="The header Secret-Token is missing or wrong. Assumed (fact 37)."
    ),
    404: DescribedError(
        name="NotFound", body=_ERROR_BODY, meaning="There is no such thing: it was deleted, or it never was."
    ),
    405: DescribedError(
        name="MethodNotAllowed", body=_ERROR_BODY, meaning="The path has no such method. Assumed (fact 37)."
    ),
}

CALLS = (
    DescribedCall(
        name="readOrder",
        path="/api/v1/orders/{idOrCode}",
        summary="Reads an order.",
        parameters=(
            DescribedParameter(name="idOrCode", description="The id of the order, or its code (facts 12, 15)."),
        ),
        answer="objects/Order.schema.json",
    ),
    DescribedCall(
        name="readSubscription",
        path="/api/v1/subscriptions/{id}",
        summary="Reads a subscription.",
        parameters=(DescribedParameter(name="id", type=LONG, description="The id of the subscription (fact 15)."),),
        answer="objects/Subscription.schema.json",
    ),
    DescribedCall(
        name="readCustomer",
        path="/api/v1/customers/{id}",
        summary="Reads a customer.",
        parameters=(DescribedParameter(name="id", type=LONG, description="The id of the customer (fact 15)."),),
        answer="objects/Customer.schema.json",
    ),
    DescribedCall(
        name="readProduct",
        path="/api/v1/products/{code}",
        summary="Reads a product.",
        parameters=(DescribedParameter(name="code", description="The code of the product (fact 12)."),),
        answer="objects/Product.schema.json",
    ),
    DescribedCall(
        name="readInvoice",
        path="/api/v1/invoices/{id}",
        summary="Reads an invoice.",
        parameters=(DescribedParameter(name="id", type=LONG, description="The id of the invoice (fact 15)."),),
        answer="objects/Invoice.schema.json",
    ),
    DescribedCall(
        name="readReceipt",
        path="/api/payment/receipt/{idKey}",
        summary="Reads the receipt of a payment.",
        parameters=(DescribedParameter(name="idKey", description="The idKey (facts 11, 40)."),),
        answer="objects/Payment.schema.json",
    ),
)
