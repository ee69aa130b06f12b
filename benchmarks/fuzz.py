"""Sends 5,000 random requests to a sandbox, by its OpenAPI document, and checks each answer by that document.

schemathesis makes them, half of them wrong on purpose. Ids and codes are often those that the sandbox has. The seed is
fixed. No answer may be a 500, be another one than the document says, or take more than some seconds.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any
from urllib.parse import quote

from benchmarks.measure import Goal, Report, Row, Table, main, peer
from benchmarks.receivers import slow_receiver
from steppay_mock import Sandbox

SEED = int(os.environ.get("SEED", "7"))
REQUESTS = 5_000
PATIENCE = 10.0  # seconds
DOCUMENT = Path(__file__).parents[1] / "schemas" / "openapi.json"
OF_A_TURN = 20
"""How often a call is tried before the next one has its turn: what other calls leave behind is met early."""
KNOWN = 0.7
"""The share of ids and codes that the sandbox has."""

# What the members of a body, and the parts of a path, name.
_MEANINGS = {
    "customerId": "customers",
    "orderId": "orders",
    "subscriptionId": "subscriptions",
    "subscriptionItemId": "items",
    "subscription": "subscriptions",
    "order": "orders",
    "itemId": "items",
    "priceId": "price_ids",
    "priceCode": "prices",
    "price": "prices",
    "productCode": "products",
    "product": "products",
    "idOrCode": "order_codes",
    "idKey": "keys",
    "item": "items",
}


@dataclass(slots=True)
class Fuzz:
    """One run: what was sent, and what was wrong with the answers."""

    sandbox: Sandbox
    receiver: str
    chance: Random
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)
    """The request that shows it, by the call and the kind of the fault."""
    slowest: float = 0.0
    known: dict[str, list[Any]] = field(default_factory=dict)
    """The ids, codes and URLs that the sandbox has."""

    def send(self, case: Any) -> None:
        """Send one request, and judge its answer."""
        checks = peer("schemathesis.checks")
        documented = peer("schemathesis.specs.openapi.checks")
        case.path_parameters = self._planted(case.path_parameters, path=case.operation.path)
        case.query = self._planted(case.query)
        case.body = self._planted(case.body)
        began = perf_counter()
        try:
            answer = case.call(
                base_url=self.sandbox.url, headers={"Secret-Token": self.sandbox.token}, timeout=PATIENCE
            )
        except Exception as error:  # noqa: BLE001 - such as no answer in time
            self._fault(case, f"{type(error).__name__}: {error}")
            return
        finally:
            self.slowest = max(self.slowest, perf_counter() - began)
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(
                answer,
                checks=[
                    checks.not_a_server_error,
                    documented.status_code_conformance,
                    documented.content_type_conformance,
                    documented.response_schema_conformance,
                ],
            )
        except Exception as error:  # noqa: BLE001 - a failure of each kind, or a group of them
            self._fault(case, f"{answer.status_code}: {str(error)[:600]}")

    def _fault(self, case: Any, told: str) -> None:
        kind = f"{case.operation.label}: {told.splitlines()[0][:60]}"
        if kind not in self.faults:
            self.faults[kind] = f"{case.as_curl_command()[:1500]}\n{told}"

    def _planted(self, value: Any, *, path: str = "", name: str = "") -> Any:
        """The value with ids, codes and URLs that the sandbox has, here and there."""
        if isinstance(value, Mapping):
            return {key: self._planted(one, path=path, name=str(key)) for key, one in value.items()}
        if isinstance(value, list):
            return [self._planted(one, path=path, name=name) for one in value]
        meaning = _meaning_of(name, path)
        known = self.known.get(str(meaning))
        if known and self.chance.random() < KNOWN:
            found = self.chance.choice(known)
            return quote(str(found), safe="") if path else found
        return value

    def look(self) -> None:
        """Read what the sandbox has now."""

        def read(store: Any) -> dict[str, list[Any]]:
            orders, subscriptions = store.orders[-20:], store.subscriptions[-20:]
            return {
                "customers": [one.id for one in store.customers[-20:]],
                "orders": [one.id for one in orders],
                "order_codes": [key for one in orders for key in (one.id, one.code)],
                "keys": [one.id_key for one in orders],
                "subscriptions": [one.id for one in subscriptions],
                "items": [item.id for one in subscriptions for item in one.items],
                "products": [one.code for one in store.products[-20:]],
                "prices": [one.code for one in store.prices[-20:]],
                "invoices": [one.id for one in store.invoices[-20:]],
            }

        listed = self._ask("/api/v1/products").get("content", [])
        ids = [one["id"] for one in listed]
        self.known = {
            **self.sandbox.read(read),
            "product_ids": ids,
            "price_ids": [one["id"] for of in listed for one in of.get("prices", [])],
            "scenarios": ["refund-in-full", "subscription-renews", "invoice-paid", "webhook-v1-beside-v2"],
            "endpoints": ["webhooks", "mine"],
            "urls": [self.receiver, self.receiver, "http://localhost:9/", "https://example.com/"],
        }

    def _ask(self, path: str) -> dict[str, Any]:
        headers = {"Secret-Token": self.sandbox.token}
        found: dict[str, Any] = peer("requests").get(self.sandbox.url + path, headers=headers, timeout=PATIENCE).json()
        return found


def _meaning_of(name: str, path: str) -> str | None:
    if name == "url":
        return "urls"
    if not path:
        return _MEANINGS.get(name)
    if path.startswith("/_mock/"):
        return {"code": "order_codes", "name": path.split("/")[2]}.get(name)
    if name in {"id", "code"}:
        noun = path.split("/")[3]
        return "product_ids" if (noun, name) == ("products", "id") else noun
    return _MEANINGS.get(name)


def build(quick: bool) -> Report:  # noqa: FBT001 - the signature of `main`
    """Send, and judge."""
    wanted = 300 if quick else REQUESTS
    with slow_receiver(0.0) as url, Sandbox(seed=SEED, forward_to=url, scenario="subscription-renews") as sandbox:
        fuzz = Fuzz(sandbox=sandbox, receiver=url, chance=Random(SEED))
        turn = 0
        while sum(fuzz.statuses.values()) + len(fuzz.faults) < wanted:
            _take_turns(fuzz, turn, wanted=wanted)
            turn += 1
    for kind, told in fuzz.faults.items():
        print(f"{kind}\n{told}\n", file=sys.stderr)
    rows = [Row(str(status), count) for status, count in sorted(fuzz.statuses.items())]
    goals = [
        Goal("faults", "<=", 0, "", len(fuzz.faults)),
        Goal("slowest answer", "<=", PATIENCE, " s", fuzz.slowest),
        Goal("requests", ">=", wanted, "", sum(fuzz.statuses.values())),
    ]
    return Report([Table(f"Answers to random requests, seed {SEED}", "requests", rows)], goals, ["schemathesis"])


def _take_turns(fuzz: Fuzz, turn: int, *, wanted: int) -> None:
    """Let each call have its turn: right requests and wrong ones."""
    schemathesis = peer("schemathesis")
    calls = [found.ok() for found in schemathesis.openapi.from_path(DOCUMENT).get_all_operations()]
    for place, call in enumerate(calls):
        mode = schemathesis.GenerationMode.POSITIVE if (turn + place) % 2 else schemathesis.GenerationMode.NEGATIVE
        if not call.body and not call.query and mode is schemathesis.GenerationMode.NEGATIVE:
            mode = schemathesis.GenerationMode.POSITIVE  # there is nothing to be wrong
        fuzz.look()
        _run(call.as_strategy(generation_mode=mode), fuzz.send, seed=SEED + 1_000 * turn + place)
        if sum(fuzz.statuses.values()) >= wanted:
            return


def _run(cases: Any, send: Callable[[Any], None], *, seed: int) -> None:
    hypothesis = peer("hypothesis")
    settings = hypothesis.settings(
        max_examples=OF_A_TURN,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    def sent(case: Any) -> None:
        send(case)

    hypothesis.seed(seed)(settings(hypothesis.given(cases)(sent)))()


if __name__ == "__main__":
    main(__doc__, build)
