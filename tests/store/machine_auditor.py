"""Checks that every event fits the earlier ones: names exist, sums add up, and each id begins once."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from store.fold import State, fold_in, key_of, object_of

from steppay_mock import iter_errors
from steppay_mock.store.lifecycle import NEW, SUBSCRIPTION

Data = dict[str, Any]

MOVES = {(move.before, move.after) for move in SUBSCRIPTION}
PAYMENT_MOVES = {
    NEW: {"COMPLETE", "FAILED", "VIRTUAL_BANK_STANDBY", "CMS_STANDBY"},
    "VIRTUAL_BANK_STANDBY": {"COMPLETE"},
    "CMS_STANDBY": {"COMPLETE", "FAILED"},
    "COMPLETE": {"PARTIAL_CANCELED", "CANCELED"},
    "PARTIAL_CANCELED": {"PARTIAL_CANCELED", "CANCELED"},
}
_STATUS_OF_PAYMENT_EVENT = {
    "payment.completed": {"COMPLETE"},
    "payment.failed": {"FAILED"},
    "payment.standby": {"VIRTUAL_BANK_STANDBY", "CMS_STANDBY"},
    "payment.canceled": {"CANCELED", "PARTIAL_CANCELED"},
}
_STOPPED = {"CANCELED", "EXPIRED", "PAUSE", "PENDING_CANCEL", "PENDING_PAUSE", "INCOMPLETE"}


class Auditor:
    """Reads events one by one, and keeps its own account of what is true."""

    def __init__(self, first: State) -> None:
        self.state = deepcopy(first)
        self.timestamp = 0
        self.events: set[str] = set()
        self.moves: set[tuple[str, str]] = set()
        self.values: set[str] = set()
        """Statuses and types that occurred, such as ``Order RECURRING``."""
        self._born: set[tuple[str, Any]] = set()
        self.counted: set[str] = set()
        """The prices that expire after a number of renewals, which no webhook tells."""
        self._expiring: set[int] = set()
        self._touched: set[int] = set()
        self.know(first)

    def know(self, first: State) -> None:
        """Learn of what there was before the first event."""
        for table in ("customers", "products", "prices"):
            for key, known in first[table].items():
                if (table, key) not in self._born:
                    self._born.add((table, key))
                    self.state[table][key] = deepcopy(known)

    def read(self, payload: Data) -> None:
        """Judge the event by what is true before it, and then believe it."""
        violation = next(iter_errors(payload, strict=True), None)
        assert violation is None, violation
        assert payload["timestamp"] >= self.timestamp, "time went back"
        self.timestamp = payload["timestamp"]
        self.events.add(payload["event"])
        data, event = payload["data"], payload["event"]
        if object_of(payload) in _CHECKS:
            _CHECKS[object_of(payload)](self, event, data)
        if event.endswith(".deleted"):
            assert key_of(payload) in self._table(payload), "deleted, though it was not there"
        fold_in(self.state, payload)

    def close(self) -> None:
        """Judge what holds once a burst is complete."""
        payments_of: dict[str, list[Data]] = {str(number): [] for number in self._touched}
        for one in self.state["payments"].values():
            payments_of.get(one["orderId"], []).append(one)
        for number in self._touched:
            order, payments = self.state["orders"][number], payments_of[str(number)]
            returned = sum((_exact(one["cancel"]["canceledAmount"]) for one in payments), Decimal(0))
            assert returned == _exact(order["returnedAmount"])
            paid = [one for one in payments if one["status"] in {"COMPLETE", "PARTIAL_CANCELED", "CANCELED"}]
            was_paid = order["paymentDate"] is not None
            assert len(paid) == (was_paid and order["paidAmount"] > 0)
            assert {one["paidAmount"] for one in paid} <= {order["paidAmount"]}
            self._close_order(order)
        self._touched.clear()

    def _close_order(self, order: Data) -> None:
        status = order["items"][0]["status"]
        if order["invoiceId"] is not None:
            billed = self.state["invoices"][order["invoiceId"]]["status"]
            assert (billed == "PAID") == (order["paymentDate"] is not None)
            assert billed == "PAID" or status in {"CREATED", "DEPOSIT_WAITING", "PAYMENT_FAILURE"}
        for one in self.state["subscriptions"].values():
            if one["orderId"] == order["id"]:
                assert one["status"] != "INCOMPLETE" or status == "DEPOSIT_WAITING", "nobody can pay for it any more"
                named = order["subscriptions"] is None or one["subscriptionId"] in order["subscriptions"]
                assert named or one["status"] == "EXPIRED", "only a rejected debit leaves one behind"

    def _table(self, payload: Data) -> dict[Any, Data]:
        name = object_of(payload)
        return self.state["prices" if name == "Price" else f"{name.lower()}s"]

    def _begin(self, kind: str, key: object) -> None:
        assert (kind, key) not in self._born, f"{kind} {key} began twice"
        self._born.add((kind, key))

    def _begin_or_know(self, kind: str, key: Any, *, begins: bool) -> None:
        if begins:
            self._begin(kind, key)
        else:
            assert key in self.state[kind], f"{kind} {key} changed before it began, or after it was deleted"

    def _customer(self, event: str, data: Data) -> None:
        self._begin_or_know("customers", data["id"], begins=event == "customer.created")

    def _product(self, event: str, data: Data) -> None:
        begins = event == "product.created"
        self._begin_or_know("products", data["code"], begins=begins)
        for price in data["prices"]:
            if begins:
                self._begin("prices of a product", price["priceCode"])
            else:
                assert price["priceCode"] in self.state["prices"]

    def _price(self, event: str, data: Data) -> None:
        self._begin_or_know("prices", data["priceCode"], begins=event == "product.price.created")

    def _order(self, event: str, data: Data) -> None:
        self._begin_or_know("orders", data["id"], begins=event == "order.created")
        assert data["customerId"] in self.state["customers"]
        for number in data.get("subscriptions") or ():
            assert data["customerId"] == self.state["subscriptions"][number]["customerId"]
        if data.get("invoiceId") is not None:
            known = self.state["invoices"][data["invoiceId"]]["orderId"]
            assert known == data["id"] or (event == "order.created" and known is None)
        lines = data["items"]
        assert _exact(data["paidAmount"]) == sum(_exact(line["paidAmount"]) for line in lines)
        assert _exact(data["leftAmount"]) == _exact(data["paidAmount"]) - _exact(data["returnedAmount"])
        discounts = [_exact(line["paidAmount"]) for line in lines if line["type"] == "DISCOUNT"]
        assert _exact(data["discountedAmount"]) == -sum(discounts) >= 0
        assert 0 <= _exact(data["returnedAmount"]) <= _exact(data["paidAmount"])
        assert len({line["status"] for line in lines}) == 1
        assert data["modifiedAt"].startswith(_second(self.timestamp))
        if event == "order.created":
            for line in lines:
                assert line["status"] == "CREATED", "never DEPOSIT_WAITING at creation (fact 42)"
                self._begin("order line", line["id"])
                self._begin("code", line["code"])
            self._begin("code", data["code"])
            self._begin("idKey", data["idKey"])
        else:
            before = self.state["orders"][data["id"]]
            fixed = ("code", "type", "idKey", "customerId", "createdAt")
            assert all(before[name] == data[name] for name in fixed)
            numbers, known = [line["id"] for line in lines], [line["id"] for line in before["items"]]
            assert numbers[: len(known)] == known
            if before["paymentDueDate"] is None:  # the buyer had not chosen yet (fact 42)
                for line in lines[len(known) :]:
                    self._begin("order line", line["id"])
                    self._begin("code", line["code"])
            else:
                assert (before["paidAmount"], len(known)) == (data["paidAmount"], len(lines))
        if event == "order.payment_completed":
            assert lines[0]["status"] == "PAID"
        if data.get("paymentDueDate") is None:
            assert lines[0]["status"] in {"CREATED", "CANCELLED"}
            assert {line["quantity"] for line in lines} | {line["paidAmount"] for line in lines} == {0}
        self._touched.add(data["id"])
        self.values |= {
            f"Order {data['type']}",
            f"Order {lines[0]['status']}",
            *(f"Line {one['type']}" for one in lines),
        }

    def _payment(self, event: str, data: Data) -> None:
        before = self.state["payments"].get(data["paymentId"])
        if before is None:
            self._begin("payments", data["paymentId"])
            self._begin("idKey", data["idKey"])
        assert data["status"] in PAYMENT_MOVES.get(NEW if before is None else before["status"], set())
        assert data["status"] in _STATUS_OF_PAYMENT_EVENT[event]
        assert isinstance(data["orderId"], str)
        order = self.state["orders"][int(data["orderId"])]
        assert data["customerId"] == str(order["customerId"])
        assert order["customerId"] in self.state["customers"]
        assert data["paidAmount"] > 0
        assert data["paidAmount"] == order["paidAmount"] or order["paymentDueDate"] is None
        assert (data.get("paidAt") is not None) == (data["status"] in {"COMPLETE", "CANCELED", "PARTIAL_CANCELED"})
        assert (data.get("errorMessage") is not None) == (event == "payment.failed")
        assert (data["cancel"]["canceledAmount"] > 0) == (event == "payment.canceled")
        assert (data["cancel"].get("lastCanceledDate") is not None) == (event == "payment.canceled")
        assert (data.get("vBank") is not None) == (data["paymentMethod"] == "VBANK")
        assert (data.get("niceCms") is not None) == data["paymentMethod"].startswith("CMS")
        if event == "payment.canceled":
            all_of_it = data["cancel"]["canceledAmount"] == data["paidAmount"]
            assert all_of_it == (data["status"] == "CANCELED")
        self._touched.add(int(data["orderId"]))
        self.values |= {f"Payment {data['status']}", f"Payment {data['paymentMethod']}"}

    def _subscription(self, event: str, data: Data) -> None:
        number, status = data["subscriptionId"], data["status"]
        self._begin_or_know("subscriptions", number, begins=event == "subscription.created")
        before = self.state["subscriptions"].get(number)
        move = (NEW if before is None else before["status"], status)
        if event == "subscription.payment_due_notification":
            assert move == ("ACTIVE", "ACTIVE")
            self._begin("notice", (number, data["nextPaymentDate"]))
        else:
            assert move in MOVES, f"{move} is no move"
            self.moves.add(move)
        assert self.state["orders"][data["orderId"]]["code"] == data["orderCode"]
        assert self.state["orders"][data["orderId"]]["customerId"] == data["customerId"]
        assert data["customerId"] in self.state["customers"]
        for item in data["items"]:
            assert item["productCode"] in self.state["products"]
            assert item["priceCode"] in self.state["prices"]
            if before is None:
                self._begin("subscription item", item["subscriptionItemId"])
        if before is not None:
            self._subscription_items(before, data)
            assert before["currentPeriod"]["startDateTime"] <= data["currentPeriod"]["startDateTime"]
        self._subscription_dates(event, data)
        self.values.add(f"Subscription {status}")

    def _subscription_items(self, before: Data, data: Data) -> None:
        """They stay in their order; at most one is added, which was never there, or some are removed."""
        old, new = ([one["subscriptionItemId"] for one in told["items"]] for told in (before, data))
        if len(new) > len(old):
            assert new[:-1] == old
            self._begin("subscription item", new[-1])
            assert data["items"][-1]["isAdditional"]
        else:
            assert [one for one in old if one in new] == new
            assert new

    def _subscription_dates(self, event: str, data: Data) -> None:
        status, period = data["status"], data["currentPeriod"]
        now = _second(self.timestamp)
        assert period["startDateTime"] < period["endDateTime"]
        assert period["startDateTime"][:19] <= now
        renews, number = data.get("nextPaymentDate") is not None, data["subscriptionId"]
        prices = [self.state["prices"][item["priceCode"]] for item in data["items"]]
        if any(price["membershipExpirationDate"] or price["priceCode"] in self.counted for price in prices):
            self._expiring.add(number)
        assert not renews or status not in _STOPPED
        if not renews and status not in _STOPPED:
            assert status == "ACTIVE"
            assert number in self._expiring, "only what expires before it would renew does not renew"
        assert (data.get("pausedDateTime") is not None) == (status == "PAUSE")
        assert (data.get("endDate") is not None) == (status in {"CANCELED", "EXPIRED", "PENDING_CANCEL"})
        if status == "ACTIVE" and renews:
            assert data["nextPaymentDate"] in {period["endDateTime"], data["originNextPaymentDate"]}
            assert data["nextPaymentDate"][:19] >= now
        if status in {"CANCELED", "EXPIRED"}:
            assert data["endDate"].startswith(now)
        if event == "subscription.payment_due_notification":
            assert data["notiBeforePaymentDate"][:19] <= now < data["nextPaymentDate"][:19]
        trial = data.get("trialPeriod")
        if trial is not None:
            assert trial["startDateTime"] <= period["startDateTime"]
            assert trial == period or trial["endDateTime"] <= period["startDateTime"]

    def _usage(self, event: str, data: Data) -> None:
        assert event == "subscription.usage.added"
        owners = [
            (one, item)
            for one in self.state["subscriptions"].values()
            for item in one["items"]
            if item["subscriptionItemId"] == data["subscriptionItemId"]
        ]
        assert len(owners) == 1
        assert owners[0][0]["status"] in {"ACTIVE", "PENDING_CANCEL", "PENDING_PAUSE"}
        quota, record = None, 0
        for entry in data["recordQuotas"]:
            record += entry["deltaRecord"]
            if entry.get("deltaQuota") is not None:
                quota = (quota or 0) + entry["deltaQuota"]
            assert (entry.get("accumulateQuota"), entry["accumulateRecord"]) == (quota, record)
            assert quota is None or record <= quota
        assert (data.get("accumulatedQuota"), data["accumulatedRecord"]) == (quota, record)
        dates = [entry["influxDate"] for entry in data["recordQuotas"]]
        assert dates == sorted(dates)
        assert owners[0][0]["currentPeriod"]["startDateTime"] <= dates[0]
        if len(dates) == 2:
            self._begin("usage", data["id"])
            self._begin("usage entry", data["recordQuotas"][0]["id"])
        self._begin("usage entry", data["recordQuotas"][-1]["id"])
        self.values.add(f"Usage {'postpaid' if quota is None else 'prepaid'}")

    def _invoice(self, event: str, data: Data) -> None:
        self._begin_or_know("invoices", data["id"], begins=event == "invoice.created")
        was_sent = data["status"] in {"SENT", "OVER_DUE", "PAID"}
        assert (data.get("orderId") is not None) == was_sent, "its order is made when it is sent (fact 51)"
        if was_sent:
            assert self.state["orders"][data["orderId"]]["code"] == data["orderCode"]
            assert self.state["orders"][data["orderId"]]["customerId"] == data["customerId"]
        assert data["customerId"] in self.state["customers"]
        self.values.add(f"Invoice {data['status']}")

    def _cover(self, _event: str, data: Data) -> None:
        self._begin("message", data["id"])
        subscription = self.state["subscriptions"][int(data["subscriptionId"])]
        assert data["customerId"] == str(subscription["customerId"])
        assert int(data["orderId"]) in self.state["orders"]
        self.values.add(f"Cover {data['messageSentStep']}")


def _exact(amount: float) -> Decimal:
    return Decimal(str(amount))


def _second(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).replace(tzinfo=None).isoformat()


_CHECKS: dict[str, Callable[[Auditor, str, Data], None]] = {
    "Customer": Auditor._customer,
    "Product": Auditor._product,
    "Price": Auditor._price,
    "Order": Auditor._order,
    "Payment": Auditor._payment,
    "Subscription": Auditor._subscription,
    "Usage": Auditor._usage,
    "Invoice": Auditor._invoice,
    "Cover": Auditor._cover,
}
