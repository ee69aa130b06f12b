"""The table of the REST API's calls that write, which the OpenAPI document has beside those that read (fact 38).

A new call of ``rest/writing/calls.py`` gets its row here; a test compares the two.
"""

from __future__ import annotations

from steppay_mock.contract.rest_calls import DescribedCall, DescribedParameter, TypeOfCall, id_in_path

_WITH_BODY = (400, 403, 404, 405, 413, 415)
_WITHOUT_BODY = (400, 403, 404, 405)
_DONE = "ProductApiresponse"
_SUBSCRIPTION_READ = "SubscriptionV1DTO"
_SUBSCRIPTION = id_in_path("id", "subscription")
_ITEM = id_in_path("itemId", "item of the subscription")
_PRODUCT = id_in_path("id", "product")
_PRICE = id_in_path("priceId", "price")
_TEMPORARY = DescribedParameter(
    name="temporary",
    type={"type": "boolean", "default": True},
    place="query",
    description="True for a draft; false sends or reserves it at once.",
)
_ORDER = DescribedParameter(name="idOrCode", description="The id or the code of the order (facts 12, 15).")


def _call(
    name: str,
    call: str,
    summary: str,
    answer: str | None,
    *parameters: DescribedParameter,
    body: TypeOfCall | None = None,
    status: int = 200,
    errors: tuple[int, ...] | None = None,
) -> DescribedCall:
    method, path = call.split()
    return DescribedCall(
        name=name,
        method=method,
        path=path,
        summary=summary,
        parameters=parameters,
        answer=None if answer is None else f"rest/{answer}.schema.json",
        status=status,
        body=f"rest/{body}.schema.json" if isinstance(body, str) else body,
        errors=errors or (_WITHOUT_BODY if body is None else _WITH_BODY),
    )


_NAMES_NOTHING = (400, 403, 405, 413, 415)

WRITES = (
    _call(
        "createCustomer",
        "POST /api/v1/customers",
        "Makes a customer.",
        "CustomerV1DTO",
        body="AccountCustomercreatedto",
        status=201,
        errors=_NAMES_NOTHING,
    ),
    _call(
        "updateCustomer",
        "PUT /api/v1/customers/{id}",
        "Changes a customer.",
        "CustomerV1DTO",
        id_in_path("id", "customer"),
        body="CustomerUpdateDTO",
    ),
    _call(
        "deleteCustomer",
        "DELETE /api/v1/customers/{id}",
        "Deletes a customer.",
        "AccountApiresponse",
        id_in_path("id", "customer"),
    ),
    _call(
        "createOrder",
        "POST /api/v1/orders",
        "Makes an order, which waits for the buyer (fact 42).",
        "ProductOrderdto",
        body="OrderCreateV1DTO",
        status=201,
    ),
    _call(
        "cancelOrder",
        "PATCH /api/v1/orders/{idOrCode}/cancel",
        "Refunds an order that is paid, and cancels one that is not (fact 43).",
        _DONE,
        _ORDER,
        body="ReqV1",
    ),
    _call(
        "cancelSubscription",
        "POST /api/v1/subscriptions/{id}/cancel",
        "Cancels a subscription, now or later (fact 46).",
        _DONE,
        _SUBSCRIPTION,
        body="SubscriptionCancelDTO",
    ),
    _call(
        "pauseSubscription",
        "POST /api/v1/subscriptions/{id}/pause",
        "Pauses a subscription, now or later (fact 46).",
        _DONE,
        _SUBSCRIPTION,
        body="SubscriptionPauseDTO",
    ),
    _call(
        "activateSubscription",
        "POST /api/v1/subscriptions/{id}/active",
        "Ends a pause, or undoes a cancellation that is pending.",
        _DONE,
        _SUBSCRIPTION,
        status=201,
    ),
    _call(
        "addItem",
        "POST /api/v1/subscriptions/{id}/items",
        "Adds an item to a subscription (fact 50).",
        _SUBSCRIPTION_READ,
        _SUBSCRIPTION,
        body="SubscriptionItemCreateDTO",
    ),
    _call(
        "replaceItems",
        "PUT /api/v1/subscriptions/{id}/items",
        "Replaces the items of a subscription.",
        _SUBSCRIPTION_READ,
        _SUBSCRIPTION,
        body={"type": "array", "items": {"$ref": "rest/SubscriptionItemReplaceDTO.schema.json"}},
    ),
    _call(
        "changeItem",
        "PUT /api/v1/subscriptions/{id}/items/{itemId}",
        "Changes an item of a subscription.",
        _SUBSCRIPTION_READ,
        _SUBSCRIPTION,
        _ITEM,
        body="SubscriptionItemChangeDTO",
    ),
    _call(
        "removeItem",
        "DELETE /api/v1/subscriptions/{id}/items/{itemId}",
        "Removes an item of a subscription (fact 50).",
        _SUBSCRIPTION_READ,
        _SUBSCRIPTION,
        _ITEM,
    ),
    _call(
        "changePaymentMethod",
        "PUT /api/v1/subscriptions/{id}/payment-method",
        "Makes an order that changes the payment method once the buyer has paid it (fact 25).",
        "ProductOrderdto",
        _SUBSCRIPTION,
        body="SubscriptionChangePaymentMethodDTO",
        status=201,
    ),
    _call(
        "changeInterval",
        "PUT /api/v1/subscriptions/{id}/interval",
        "Changes how often a subscription is charged.",
        _DONE,
        _SUBSCRIPTION,
        body="SubscriptionChangeRecurringDTO",
    ),
    _call(
        "changePayDatetime",
        "POST /api/v1/subscriptions/{id}/change-pay-datetime",
        "Moves the next payment of a subscription.",
        _DONE,
        _SUBSCRIPTION,
        body="SubscriptionChangePayDatetimeDTO",
    ),
    _call(
        "renewSubscription",
        "POST /api/v1/subscriptions/{id}/renew",
        "Renews a subscription now.",
        _DONE,
        _SUBSCRIPTION,
    ),
    _call(
        "createProduct",
        "POST /api/v1/products",
        "Makes a product without a price (fact 49).",
        "ProductProductdto",
        body="ProductProductcreatedto",
        status=201,
        errors=_NAMES_NOTHING,
    ),
    _call(
        "updateProduct",
        "PUT /api/v1/products/{id}",
        "Changes a product.",
        "ProductProductdto",
        _PRODUCT,
        body="ProductUpdateDTO",
    ),
    _call(
        "changeProductStatus",
        "PATCH /api/v1/products/{id}/status",
        "Changes the status of a product.",
        _DONE,
        _PRODUCT,
        DescribedParameter(
            name="status",
            type="rest/enumerations.schema.json#/$defs/ProductStatus",
            place="query",
            required=True,
            description="The status.",
        ),
    ),
    _call("deleteProduct", "DELETE /api/v1/products/{id}", "Deletes a product.", _DONE, _PRODUCT),
    _call(
        "createPrice",
        "POST /api/v1/products/{id}/prices",
        "Makes a price of a product.",
        "ProductPricedto",
        _PRODUCT,
        body="ProductPricecreatedto",
        status=201,
    ),
    _call(
        "updatePrice",
        "PUT /api/v1/products/{id}/prices/{priceId}",
        "Changes a price (fact 49).",
        "ProductPricedto",
        _PRODUCT,
        _PRICE,
        body="PriceUpdateDTO",
    ),
    _call(
        "deletePrice",
        "DELETE /api/v1/products/{id}/prices/{priceId}",
        "Deletes a price.",
        _DONE,
        _PRODUCT,
        _PRICE,
    ),
    _call(
        "addUsage",
        "POST /api/v1/usages",
        "Adds usage or quota to an item of a subscription (fact 26).",
        "Res",
        body="Usage_recordReq",
        status=201,
        errors=_NAMES_NOTHING,
    ),
    _call(
        "createInvoice",
        "POST /api/v1/invoices",
        "Makes a draft of an invoice, or sends one (fact 51).",
        "InvoiceResponseDTO",
        _TEMPORARY,
        body="InvoiceCreateDTO",
        status=201,
        errors=_NAMES_NOTHING,
    ),
    _call(
        "updateInvoice",
        "PUT /api/v1/invoices/{id}",
        "Changes an invoice that is not sent, or sends it.",
        None,
        id_in_path("id", "invoice"),
        _TEMPORARY,
        body="InvoiceUpdateDTO",
    ),
    _call(
        "deleteInvoice",
        "DELETE /api/v1/invoices/{id}",
        "Deletes an invoice.",
        _DONE,
        id_in_path("id", "invoice"),
    ),
    _call(
        "addPaymentMethod",
        "POST /api/v1/customers/{id}/payment-method",
        "Makes an order that gives a customer a payment method once the buyer has paid it (fact 25).",
        "ProductOrderdto",
        id_in_path("id", "customer"),
        status=201,
    ),
    _call(
        "replacePaymentMethod",
        "PUT /api/v1/customers/{id}/payment-method",
        "Makes an order that changes the payment method of all subscriptions of a customer (fact 25).",
        "ProductOrderdto",
        id_in_path("id", "customer"),
        status=201,
    ),
    _call(
        "removePaymentMethod",
        "DELETE /api/v1/customers/{id}/payment-method/{methodId}",
        "Removes a payment method of a customer.",
        _DONE,
        id_in_path("id", "customer"),
        id_in_path("methodId", "payment method"),
    ),
)
