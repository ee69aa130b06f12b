"""What callers of the REST API should know is kept, told and shown: refused calls, orders that were read early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sandbox.conftest import Open
from sandbox.reading_portal import show

from steppay_mock import Sandbox
from steppay_mock.sandbox.remarks import CallRemark

TOLD = "REST API calls to look at"


@pytest.fixture
def told() -> list[CallRemark]:
    return []


@pytest.fixture
def sandbox(open_sandbox: Open, told: list[CallRemark]) -> Iterator[Sandbox]:
    with open_sandbox(told_call=told.append) as found:
        yield found


def call(sandbox: Sandbox, method: str, path: str, body: Any = None, *, token: str | None = None) -> requests.Response:
    headers = {"Secret-Token": token or sandbox.token}
    return requests.request(method, f"{sandbox.url}/api/v1/{path}", json=body, headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "part"),
    [
        ("PUT", "orders", {}, 405, "It has GET or POST there."),
        ("GET", "order", None, 404, "Did you mean GET /api/v1/orders?"),
        ("POST", "orders", {"customerId": 1, "items": [{"priceId": 5}]}, 400, "priceCode"),
        ("GET", "orders/5", None, 404, "5"),
    ],
)
def test_a_refused_call_is_told_with_its_next_step(
    sandbox: Sandbox, told: list[CallRemark], *, method: str, path: str, body: Any, status: int, part: str
) -> None:
    answer = call(sandbox, method, path, body)
    (remark,) = sandbox.remarks.newest(5)
    assert told == [remark]
    assert (remark.call, remark.status) == (f"{method} /api/v1/{path}", status)
    assert remark.text == answer.json()["errorMessage"]
    assert part in remark.text
    page = show(sandbox, "/")
    assert remark.text in page.texts
    assert remark.call in page.texts


def test_a_path_cannot_write_lines_of_its_own(sandbox: Sandbox, told: list[CallRemark]) -> None:
    call(sandbox, "GET", "x%0a23:00:00%20%20order.created:%20200%1b[2J")
    call(sandbox, "GET", "y" * 20_000)
    assert told[0].call == "GET /api/v1/x\\n23:00:00  order.created: 200\\x1b[2J"
    assert "\n" not in told[0].text
    assert [len(one.call) < 300 for one in told] == [True, True]


def test_a_call_that_is_done_is_not_told(sandbox: Sandbox, told: list[CallRemark]) -> None:
    assert call(sandbox, "GET", "orders").status_code == 200
    order = sandbox.store.checkout(pays="later")
    assert call(sandbox, "GET", f"orders/{order.id}").status_code == 200
    assert told == sandbox.remarks.newest(5) == []
    assert TOLD not in show(sandbox, "/").texts


def test_no_token_is_told(sandbox: Sandbox, told: list[CallRemark]) -> None:
    assert call(sandbox, "GET", "orders?token=query_of_mine", token="token_of_mine").status_code == 403
    (remark,) = told
    assert "Secret-Token" in str(remark)
    assert "of_mine" not in str(remark)
    assert sandbox.token not in str(remark)


def test_an_order_that_is_read_before_its_money_came_is_told_once(sandbox: Sandbox, told: list[CallRemark]) -> None:
    orders = [sandbox.store.checkout(pays="later") for _ in range(2)]
    for order in orders:
        sandbox.pay(order, method="virtual_account", gateway="KG", deposit_days=1)
    call(sandbox, "GET", "orders")  # a list is no look at one order
    assert told == []
    for key in (orders[0].id, orders[0].code, orders[1].code, orders[0].id):
        assert call(sandbox, "GET", f"orders/{key}").json()["paymentDate"] is None
    assert [one.call for one in told] == [f"GET /api/v1/orders/{orders[0].id}", f"GET /api/v1/orders/{orders[1].code}"]
    assert orders[0].code in told[0].text
    assert told[0].text.endswith("or read the order again later.")
    sandbox.advance(days=2)
    assert call(sandbox, "GET", f"orders/{orders[1].code}").json()["paymentDate"] is not None
    assert len(told) == 2


def test_the_newest_are_kept_and_a_new_store_begins_without(sandbox: Sandbox, told: list[CallRemark]) -> None:
    for number in range(60):
        call(sandbox, "GET", f"nowhere/{number}")
    assert len(told) == 60
    assert [one.call for one in sandbox.remarks.newest(2)] == ["GET /api/v1/nowhere/59", "GET /api/v1/nowhere/58"]
    assert len(sandbox.remarks.newest(100)) == 50
    before = sandbox.remarks.count
    sandbox.reset()
    assert sandbox.remarks.newest(100) == []
    assert sandbox.remarks.count != before
    call(sandbox, "GET", "nowhere")
    assert len(sandbox.remarks.newest(100)) == 1


def test_a_long_path_is_cut(sandbox: Sandbox, told: list[CallRemark]) -> None:
    call(sandbox, "GET", "x" * 5_000)
    assert len(str(told[0])) < 2_100


def test_markup_of_a_caller_is_text(sandbox: Sandbox) -> None:
    call(sandbox, "GET", "%3Cimg src=x onerror=alert(1)%3E")
    assert "img" not in show(sandbox, "/").tags


@pytest.mark.parametrize("path", ["store", "_mock/status", "api/v1/orders"])
def test_a_fault_of_ours_is_told_with_its_place_and_the_sandbox_goes_on(
    sandbox: Sandbox, told: list[CallRemark], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: Any, **_options: Any) -> Any:
        raise KeyError("whsec_in_a_text")

    with monkeypatch.context() as broken:
        broken.setattr(sandbox, "read", fails)
        broken.setattr(sandbox, "status", fails)
        broken.setattr(type(sandbox.api), "answer", fails)
        answer = requests.get(f"{sandbox.url}/{path}", headers={"Secret-Token": sandbox.token}, timeout=30)
    assert answer.status_code == 500
    (remark,) = told
    assert (remark.call, remark.status) == (f"GET /{path}", 500)
    assert remark.text.startswith("KeyError in test_remarks.py, line ")
    assert "whsec" not in answer.text + remark.text
    assert requests.get(f"{sandbox.url}/store", timeout=30).status_code == 200
