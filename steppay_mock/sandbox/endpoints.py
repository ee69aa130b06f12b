"""The endpoints of a sandbox: where webhooks go, and how. They are kept in its file, and change while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, get_args

from steppay_mock.delivery.endpoint import Endpoint, open_endpoints
from steppay_mock.delivery.faults import find_fault
from steppay_mock.delivery.order import DeliveryOrder
from steppay_mock.errors import SteppayMockError, check_names
from steppay_mock.values import ChoiceValue, NumberValue, check_flag
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.sandbox.storage import SandboxFile

_KEY = "endpoints"
_SHARE = NumberValue(noun="a share", least=0, most=1, example="0.2")
_ORDER = ChoiceValue(words=get_args(DeliveryOrder))


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxEndpoint:
    """One endpoint, as the portal of StepPay has them (fact 22), with the disorder of its deliveries."""

    name: str
    url: str = field(repr=False)
    events: tuple[str, ...] = ()
    """The event types that it gets; empty: all."""
    secret: str = field(repr=False)
    enabled: bool = True
    order: DeliveryOrder = "occurrence"
    duplicates: float = 0.0
    """The share of events that is delivered twice."""
    fault: str | None = None
    since: int = 0
    """The number of events that happened before it was there, or was switched on."""

    def as_dict(self, *, with_secret: bool) -> dict[str, Any]:
        """The endpoint as plain data."""
        hidden = {"since"} if with_secret else {"since", "secret"}
        found = {name: value for name, value in asdict(self).items() if name not in hidden}
        return {**found, "events": list(self.events), "url": self.url if with_secret else shown_url(self.url)}

    def receiver(self) -> Endpoint:
        """The endpoint as a sender knows it."""
        return Endpoint(url=self.url, events=self.events, secret=self.secret, name=self.name)


class EndpointList:
    """All endpoints of a sandbox, by their names."""

    def __init__(self, file: SandboxFile, *, allowed: frozenset[str]) -> None:
        self._file = file
        self._allowed = allowed
        self._lock = Lock()
        self._all = {one["name"]: SandboxEndpoint(**{**one, "events": tuple(one["events"])}) for one in self._kept()}

    def __iter__(self) -> Iterator[SandboxEndpoint]:
        with self._lock:
            return iter(tuple(self._all.values()))

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, name: str) -> SandboxEndpoint:
        found = self._all.get(name)
        if found is None:
            check_names([name], self._all or ["none yet"], owner="The sandbox", noun="endpoint")
            raise AssertionError
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._all

    def addresses(self) -> set[tuple[str, str]]:
        """Name and URL of each, as a journal has them."""
        opened = open_endpoints([one.receiver() for one in self], allowed=self._allowed) if len(self) else []
        return {(one.name, one.address.url) for one in opened}

    def put(self, endpoint: SandboxEndpoint) -> SandboxEndpoint:
        """Add an endpoint, or change that of its name. SteppayMockError if webhooks may not go there."""
        open_endpoints([endpoint.receiver()], allowed=self._allowed)
        with self._lock:
            self._all = {**self._all, endpoint.name: endpoint}
            self._keep()
        return endpoint

    def remove(self, name: str) -> None:
        """Take an endpoint away."""
        found = self[name]
        with self._lock:
            self._all = {key: one for key, one in self._all.items() if key != found.name}
            self._keep()

    def restart(self) -> dict[str, Any]:
        """Let all endpoints get the events of a new store, from its first one; the settings that keep this."""
        with self._lock:
            self._all = {name: replace(one, since=0) for name, one in self._all.items()}
            return {_KEY: self._as_kept()}

    def _kept(self) -> list[dict[str, Any]]:
        return self._file.value(_KEY) or []

    def _keep(self) -> None:
        self._file.set_value(_KEY, self._as_kept())

    def _as_kept(self) -> list[dict[str, Any]]:
        return [{**one.as_dict(with_secret=True), "since": one.since} for one in self._all.values()]


def read_changes(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an endpoint that the mapping changes, checked; SteppayMockError names the wrong one."""
    known = [one.name for one in fields(SandboxEndpoint) if one.name not in {"name", "since"}]
    check_names(given, known, owner="An endpoint", noun="field")
    found = dict(given)
    if "url" in found and not isinstance(found["url"], str):
        raise SteppayMockError("url is no text. Give the address of the receiver, such as http://localhost:3000/hook.")
    if "secret" in found and (not isinstance(found["secret"], str) or not found["secret"]):
        raise SteppayMockError("secret is no text. Give the key that the receiver verifies with.")
    if "events" in found:
        found["events"] = tuple(_texts(found["events"]))
    if "enabled" in found:
        found["enabled"] = check_flag("enabled", found["enabled"])
    if "order" in found:
        found["order"] = _ORDER.check("order", found["order"])
    if "duplicates" in found:
        found["duplicates"] = _SHARE.check("duplicates", found["duplicates"])
    if found.get("fault") is not None:
        find_fault(found["fault"])
    return found


def _texts(value: object) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise SteppayMockError("events is a list of event types, such as ['payment.*']. An empty list means all.")
    return list(value)
