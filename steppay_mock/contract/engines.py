"""Which library answers the yes-or-no question, and which one explains a no?

jsonschema is the reference and makes every explanation. jsonschema-rs, from the extra ``fast``, answers yes two orders
of magnitude sooner; its no is always asked again of jsonschema.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.contract.resolve import Schema, bare, event_schema, resolved
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Engine = Literal["auto", "jsonschema", "jsonschema-rs"]

ENVELOPE = "envelope"


@cache
def reference_validator(name: str, *, closed: bool) -> Validator:
    """The jsonschema validator for an event type, or for ``ENVELOPE``."""
    return _validator_class()(_bare_schema(name, closed=closed))


@cache
def fast_check(name: str, *, closed: bool, engine: Engine) -> Callable[[Any], bool] | None:
    """A quick ``is valid`` for an event type, or None where ``engine`` or the installation has none."""
    if engine == "jsonschema":
        return None
    try:
        import jsonschema_rs
    except ImportError:
        if engine == "jsonschema-rs":
            raise SteppayMockError(
                "The engine 'jsonschema-rs' is not installed. Install it: pip install jsonschema-rs"
            ) from None
        return None
    check: Callable[[Any], bool] = jsonschema_rs.Draft202012Validator(_bare_schema(name, closed=closed)).is_valid
    return check


def reference_errors(name: str, payload: Any, *, closed: bool) -> Iterable[ValidationError]:
    """What jsonschema finds wrong, in no particular order."""
    return reference_validator(name, closed=closed).iter_errors(payload)


def _bare_schema(name: str, *, closed: bool) -> Schema:
    schema = resolved("envelope.schema.json") if name == ENVELOPE else event_schema(name)
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
