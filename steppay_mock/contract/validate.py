"""Checks whether a payload is a valid webhook, and reports each contract violation if it is not.

Two libraries do the work. jsonschema is the reference: every explanation is made from its errors. jsonschema-rs, from
the extra ``fast``, says only yes or no, but a hundred times faster. When it says no, jsonschema checks again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.explain import explain, not_an_object, unknown_event
from steppay_mock.contract.long_numbers import clipped
from steppay_mock.contract.schema_errors import SchemaError, collect_schema_errors
from steppay_mock.contract.schemas import Schema, bare, event_schema, resolved
from steppay_mock.contract.v1 import V1EventType, v1_schema, v1_type_of
from steppay_mock.errors import ContractViolation, SteppayMockError

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

ValidatorName = Literal["auto", "jsonschema", "jsonschema-rs"]
"""Which library decides; ``auto`` is jsonschema-rs where it is installed. All give the same violations."""

_ENVELOPE = "envelope"
_KNOWN = frozenset(map(str, EventType))
_OF_V1 = frozenset(map(str, V1EventType))


@runtime_checkable
class HasPayload(Protocol):
    """Anything that has a payload, such as an ``Event``."""

    @property
    def payload(self) -> Mapping[str, Any]:
        """The whole envelope."""


def validate(
    payload: Mapping[str, Any] | HasPayload, *, strict: bool = False, validator: ValidatorName = "auto"
) -> None:
    """Nothing, if the payload is a valid webhook; its first :class:`ContractViolation` otherwise.

    The options are those of :func:`iter_errors`.
    """
    for violation in iter_errors(payload, strict=strict, validator=validator):
        raise violation


def iter_errors(
    payload: Mapping[str, Any] | HasPayload, *, strict: bool = False, validator: ValidatorName = "auto"
) -> Iterator[ContractViolation]:
    """Every violation in the payload, in the order of its fields; one for each faulty place.

    The schema is chosen by the payload's ``event``; a webhook v1 has none, and is known by its fields (fact 52).
    Unknown properties are allowed, because the vendor adds fields; ``strict=True`` reports them. ``validator`` is
    ``"auto"`` (jsonschema-rs if it is installed), ``"jsonschema"`` or ``"jsonschema-rs"``; all give the same answer.
    Raises SteppayMockError for ``"jsonschema-rs"`` where it is missing.
    """
    body: Any = payload.payload if isinstance(payload, HasPayload) else payload
    if not isinstance(body, dict):
        if not isinstance(body, Mapping):
            yield not_an_object(clipped(body))
            return
        body = dict(body)
    body = clipped(body)
    of_v1 = v1_type_of(body)
    name = body.get("event") if of_v1 is None else str(of_v1)
    known = of_v1 is not None or (isinstance(name, str) and name in _KNOWN)
    # An unknown event type is checked against the envelope alone, and never strictly: that it is unknown is reported
    # already, and what its fields are is not documented.
    schema_name = str(name) if known else _ENVELOPE
    if known and _is_quickly_valid(schema_name, body, strict=strict, validator=validator):
        return
    if isinstance(name, str) and not known:
        yield unknown_event(name)
    for error in collect_schema_errors(body, reference_errors(schema_name, body, closed=strict and known)):
        yield explain(str(name) if known else "?", error)


def body_errors(path: str, body: Any, *, is_list: bool = False) -> list[SchemaError]:
    """What is wrong with a body of the REST API, whose type is in the schema file ``path``; or with a list of these.

    Fields that the type does not have are among it, with the keyword ``additionalProperties``.
    """
    return collect_schema_errors(body, _body_validator(path, is_list=is_list).iter_errors(clipped(body)))


def reference_errors(name: str, payload: Any, *, closed: bool) -> Iterable[ValidationError]:
    """The errors that jsonschema finds, in no particular order."""
    return _reference_validator(name, closed=closed).iter_errors(payload)


@cache
def fast_check(name: str, *, closed: bool, validator: ValidatorName) -> Callable[[Any], bool] | None:
    """The ``is_valid`` of jsonschema-rs for an event type, or None where it is not wanted or not installed."""
    if validator == "jsonschema":
        return None
    try:
        import jsonschema_rs
    except ImportError:
        if validator == "jsonschema-rs":
            raise SteppayMockError(
                "The validator 'jsonschema-rs' is not installed. Install it: pip install jsonschema-rs"
            ) from None
        return None
    check: Callable[[Any], bool] = jsonschema_rs.Draft202012Validator(_bare_schema(name, closed=closed)).is_valid
    return check


def _is_quickly_valid(name: str, body: dict[str, Any], *, strict: bool, validator: ValidatorName) -> bool:
    check = fast_check(name, closed=strict, validator=validator)
    if check is None:
        return False
    try:
        return check(body)
    except (ValueError, TypeError, OverflowError):
        # jsonschema-rs turns the payload into JSON values first, and raises for a lone surrogate or a key that is no
        # text. jsonschema reads the Python objects as they are.
        return False


@cache
def _reference_validator(name: str, *, closed: bool) -> Validator:
    return _validator_class()(_bare_schema(name, closed=closed))


@cache
def _body_validator(path: str, *, is_list: bool) -> Validator:
    schema = bare(resolved(path), closed=True)
    return _validator_class()({"type": "array", "items": schema} if is_list else schema)


def _bare_schema(name: str, *, closed: bool) -> Schema:
    if name in _OF_V1:
        return bare(v1_schema(name), closed=closed)
    schema = resolved("envelope.schema.json") if name == _ENVELOPE else event_schema(name)
    return bare(schema, closed=closed)


@cache
def _validator_class() -> type[Validator]:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    # JSON has neither NaN nor infinity, so Python's are no numbers here; a tuple is written as an array.
    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "number": _is_number,
            "integer": lambda _checker, value: _is_number(_checker, value) and value == int(value),
            "array": lambda _checker, value: isinstance(value, list | tuple),
        }
    )
    extended: type[Validator] = extend(Draft202012Validator, type_checker=checker)  # type: ignore[no-untyped-call]
    return extended


def _is_number(_checker: Any, value: Any) -> bool:
    from numbers import Number

    if isinstance(value, bool) or not isinstance(value, Number):
        return False
    return isinstance(value, int) or math.isfinite(value)  # type: ignore[arg-type]
