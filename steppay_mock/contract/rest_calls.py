"""The table of the REST API's calls that read, which the OpenAPI document has: path, parameters, answer (fact 27).

A new route of ``rest/routes.py`` gets its row here; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

HOST = "api.steppay.kr"
URL = f"https://{HOST}"
"""Where StepPay serves the API (fact 27)."""

TypeOfCall = str | Mapping[str, Any]
"""A file below ``schemas/`` and a pointer, or a schema that is written in the table; one with a title gets a name."""

LONG = "types.schema.json#/$defs/Long"
INT = "types.schema.json#/$defs/Int"
LOCAL_DATE_TIME = "types.schema.json#/$defs/LocalDateTime"


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedParameter:
    """One parameter of a call; without a type it is a string."""

    name: str
    description: str
    type: TypeOfCall | None = None
    place: Literal["path", "query"] = "path"
    required: bool = False
    """Of a parameter of the query. A part of the path always is."""
    example: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedCall:
    """One call of the REST API, or of the control API."""

    name: str
    """A verb and a noun, for the functions that generators write."""
    path: str
    summary: str
    parameters: tuple[DescribedParameter, ...]
    answer: TypeOfCall | None
    """None: the answer has no body."""
    method: str = "GET"
    status: int = 200
    content_type: str = "application/json"
    body: TypeOfCall | None = None
    example: Any = None
    """Of a body that every store takes."""
    answered: Any = None
    """An example of the answer."""
    errors: tuple[int, ...] = (403, 404, 405)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedError:
    """A status of an error: a name for it, what it means, and its body."""

    name: str
    meaning: str
    body: TypeOfCall


_ERROR_BODY = "rest/ProductErrorresponse.schema.json"

ERRORS = {
    400: DescribedError(
        name="BadRequest",
        body=_ERROR_BODY,
        meaning="The query or the body is wrong, or the state forbids the call (fact 37).",
    ),
    403: DescribedError(
        name="Forbidden", body=_ERROR_BODY, meaning="The header Secret-Token is missing or wrong (fact 37)."
    ),
    404: DescribedError(
        name="NotFound", body=_ERROR_BODY, meaning="There is no such thing: it was deleted, or it never was (fact 37)."
    ),
    405: DescribedError(
        name="MethodNotAllowed", body=_ERROR_BODY, meaning="The path has no such method. Assumed (fact 37)."
    ),
    413: DescribedError(name="ContentTooLarge", body=_ERROR_BODY, meaning="The body is too large. Assumed (fact 37)."),
    415: DescribedError(
        name="UnsupportedMediaType", body=_ERROR_BODY, meaning="The body is not sent as JSON. Assumed (fact 37)."
    ),
}

_OF_A_LIST = (400, 403, 405)

INVOICE_STATUSES = {
    "임시저장": "TEMPORARY",
    "발송 예약": "RESERVATION",
    "발송": "SENT",
    "결제 완료": "PAID",
    "미납입": "OVER_DUE",
    "발송 실패": "SEND_FAIL",
}
"""In the query of invoices the statuses are Korean words."""


def id_in_path(name: str, what: str) -> DescribedParameter:
    """The parameter of a path that is an id."""
    return DescribedParameter(name=name, type=LONG, description=f"The id of the {what} (fact 15).")


def _query(name: str, type_: TypeOfCall | None, description: str) -> DescribedParameter:
    return DescribedParameter(name=name, type=type_, place="query", description=description)


_KEYWORD = _query("keyword", None, "A part of a name or of a code (assumed).")
_PAGE = (
    _query("startDate", LOCAL_DATE_TIME, "The earliest createdAt."),
    _query("endDate", LOCAL_DATE_TIME, "The latest createdAt."),
    _query("page", {"allOf": [{"$ref": INT}], "default": 0}, "The page; the first is 0 (fact 39)."),
    _query("size", {"allOf": [{"$ref": INT}], "default": 20}, "The number of items of a page (fact 39)."),
    _query("sortDir", {"type": "string", "enum": ["ASC", "DESC"], "default": "DESC"}, "The direction (fact 39)."),
    _query("sort", {"type": "string", "default": "createdAt"}, "The field by which the list is sorted."),
)


def _list(name: str, path: str, what: str, answer: str, *more: DescribedParameter) -> DescribedCall:
    return DescribedCall(
        name=name,
        path=path,
        summary=f"Lists {what}, the newest first.",
        parameters=(*_PAGE, *more),
        answer=f"rest/{answer}.schema.json",
        errors=_OF_A_LIST,
    )


CALLS = (
    DescribedCall(
        name="readOrder",
        path="/api/v1/orders/{idOrCode}",
        summary="Reads an order.",
        parameters=(
            DescribedParameter(name="idOrCode", description="The id or the code of the order (facts 12, 15)."),
        ),
        answer="rest/OrderV1DTO.schema.json",
    ),
    _list(
        "listOrders",
        "/api/v1/orders",
        "orders",
        "OrderListPageV1DTO",
        _KEYWORD,
        _query("type", "rest/enumerations.schema.json#/$defs/OrderType", "The type of the order."),
        _query("status", "rest/enumerations.schema.json#/$defs/OrderItemStatus", "The status of one of its items."),
    ),
    DescribedCall(
        name="readSubscription",
        path="/api/v1/subscriptions/{id}",
        summary="Reads a subscription.",
        parameters=(id_in_path("id", "subscription"),),
        answer="rest/SubscriptionV1DTO.schema.json",
    ),
    _list("listSubscriptions", "/api/v1/subscriptions", "subscriptions", "SubscriptionListV1PageDTO"),
    DescribedCall(
        name="calculateSubscription",
        path="/api/v1/subscriptions/{id}/calculate",
        summary="Reads what the next payment of a subscription comes to.",
        parameters=(id_in_path("id", "subscription"),),
        answer="rest/SubscriptionCalculatedDTO.schema.json",
    ),
    DescribedCall(
        name="readItemOptions",
        path="/api/v1/subscriptions/{id}/items/{itemId}/options",
        summary="Reads the options of an item of a subscription.",
        parameters=(id_in_path("id", "subscription"), id_in_path("itemId", "item of the subscription")),
        answer="rest/ProductOptionGroupDTO.schema.json",
    ),
    DescribedCall(
        name="readCustomer",
        path="/api/v1/customers/{id}",
        summary="Reads a customer.",
        parameters=(id_in_path("id", "customer"),),
        answer="rest/ProductCustomerdto.schema.json",
    ),
    _list("listCustomers", "/api/v1/customers", "customers", "CustomerListPageDTO", _KEYWORD),
    DescribedCall(
        name="readProduct",
        path="/api/v1/products/{code}",
        summary="Reads a product.",
        parameters=(DescribedParameter(name="code", description="The code of the product (fact 12)."),),
        answer="rest/ProductProductdto.schema.json",
    ),
    _list(
        "listProducts",
        "/api/v1/products",
        "products",
        "ProductListPageDTO",
        _KEYWORD,
        _query("categoryId", LONG, "The id of a category."),
        _query("status", "rest/enumerations.schema.json#/$defs/ProductStatus", "The status of the product."),
    ),
    DescribedCall(
        name="listPrices",
        path="/api/v1/products/{id}/prices",
        summary="Lists the prices of a product.",
        parameters=(id_in_path("id", "product"),),
        answer={"type": "array", "items": {"$ref": "rest/PriceV1DTO.schema.json"}},
    ),
    DescribedCall(
        name="readPrice",
        path="/api/v1/products/{id}/prices/{priceId}",
        summary="Reads a price.",
        parameters=(id_in_path("id", "product"), id_in_path("priceId", "price")),
        answer="rest/ProductPricedto.schema.json",
    ),
    DescribedCall(
        name="readInvoice",
        path="/api/v1/invoices/{id}",
        summary="Reads an invoice.",
        parameters=(id_in_path("id", "invoice"),),
        answer="rest/InvoiceDTO.schema.json",
    ),
    _list(
        "listInvoices",
        "/api/v1/invoices",
        "invoices",
        "InvoiceListResponseDTO",
        _query("status", {"type": "string", "enum": [*INVOICE_STATUSES]}, "The status, as a Korean word."),
    ),
    DescribedCall(
        name="readUsage",
        path="/api/v1/usages",
        summary="Reads the usage of an item of a subscription.",
        parameters=(
            DescribedParameter(
                name="subscriptionItemId",
                type=LONG,
                place="query",
                required=True,
                description="The id of the item of the subscription (fact 15).",
            ),
        ),
        answer="rest/RecordForV1.schema.json",
        errors=(400, 403, 404, 405),
    ),
    DescribedCall(
        name="openSession",
        path="/api/v1/session/{customerId}",
        summary="Gives a token with which the page of a customer opens.",
        parameters=(id_in_path("customerId", "customer"),),
        answer={"type": "string"},
        content_type="text/plain",
    ),
    DescribedCall(
        name="readReceipt",
        path="/api/payment/receipt/{idKey}",
        summary="Reads the receipt of a payment.",
        parameters=(DescribedParameter(name="idKey", description="The idKey of the order (fact 40)."),),
        answer="rest/Receipt.schema.json",
    ),
)
