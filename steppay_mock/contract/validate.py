"""Whether a payload is a valid webhook, and what is wrong with it if not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.engines import ENVELOPE, Engine, fast_check, reference_errors
from steppay_mock.contract.explain import explain, not_an_object, unknown_event
from steppay_mock.contract.faults import collect_faults
from steppay_mock.contract.long_numbers import clipped
from steppay_mock.errors import ContractViolation

_KNOWN = frozenset(map(str, EventType))


@runtime_checkable
class HasPayload(Protocol):
    """Anything that bears a payload, such as an ``Event``."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """The whole envelope."""


def validate(payload: Mapping[str, Any] | HasPayload, *, strict: bool = False, engine: Engine = "auto") -> None:
    """Nothing, if the payload is a valid webhook; its first :class:`ContractViolation` otherwise.

    The options are those of :func:`iter_errors`.
    """
    for violation in iter_errors(payload, strict=strict, engine=engine):
        raise violation


def iter_errors(
    payload: Mapping[str, Any] | HasPayload, *, strict: bool = False, engine: Engine = "auto"
) -> Iterator[ContractViolation]:
    """Every violation in the payload, in the order of its fields; one for each faulty place.

    The schema is chosen by the payload's ``event``. Unknown properties are allowed, because the vendor adds fields;
    ``strict=True`` reports them. ``engine`` is ``"auto"`` (jsonschema-rs if it is installed), ``"jsonschema"`` or
    ``"jsonschema-rs"``; all give the same answer.
    """
    body: Any = payload.payload if isinstance(payload, HasPayload) else payload
    if not isinstance(body, dict):
        if not isinstance(body, Mapping):
            yield not_an_object(clipped(body))
            return
        body = dict(body)
    body = clipped(body)
    name = body.get("event")
    known = isinstance(name, str) and name in _KNOWN
    schema_name = str(name) if known else ENVELOPE
    if known and _is_quickly_valid(schema_name, body, strict=strict, engine=engine):
        return
    if isinstance(name, str) and not known:
        yield unknown_event(name)
    for fault in collect_faults(body, reference_errors(schema_name, body, closed=strict and known)):
        yield explain(str(name) if known else "?", fault)


def _is_quickly_valid(name: str, body: dict[str, Any], *, strict: bool, engine: Engine) -> bool:
    check = fast_check(name, closed=strict, engine=engine)
    if check is None:
        return False
    try:
        return check(body)
    except (ValueError, TypeError, OverflowError):
        return False  # it cannot read such a payload (lone surrogates, keys that are no text); jsonschema can
