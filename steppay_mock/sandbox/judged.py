"""What a body is, and how it breaks the contract: of a delivery and of a webhook that came in, alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from steppay_mock.contract.v1 import v1_type_of
from steppay_mock.contract.validate import iter_errors
from steppay_mock.errors import ContractViolation
from steppay_mock.payload.v1_body import read_v1_body


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedBody:
    """A body as a receiver reads it."""

    payload: Any
    """None where nothing can be read."""
    is_parsed: bool
    """Whether it is JSON, or the form of a webhook v1."""
    is_v1: bool
    """Whether it is a webhook v1 (fact 52)."""
    violations: tuple[ContractViolation, ...]


@lru_cache(maxsize=1024)
def judge_body(body: bytes) -> JudgedBody:
    """What these bytes are."""
    of_v1 = read_v1_body(body)
    try:
        payload = json.loads(body) if of_v1 is None else of_v1[0]
        return JudgedBody(
            payload=payload,
            is_parsed=True,
            is_v1=isinstance(payload, dict) and v1_type_of(payload) is not None,
            violations=tuple(iter_errors(payload)),
        )
    except (ValueError, RecursionError):
        return JudgedBody(payload=None, is_parsed=False, is_v1=False, violations=())
