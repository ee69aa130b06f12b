"""All checks, in the order in which they are made; those that look at all answers come last."""

from __future__ import annotations

from steppay_mock.conformance.check import Check
from steppay_mock.conformance.families import (
    answers,
    big_id,
    connection,
    copies,
    malformed,
    memory,
    method,
    nulls,
    one_row,
    orders,
    raw_body,
    read_back,
    refunds,
    replay,
    rotation,
    signature,
    statuses,
    timezone,
    unknown,
)

CHECKS: tuple[Check, ...] = (
    *signature.CHECKS,
    *replay.CHECKS,
    *rotation.CHECKS,
    *raw_body.CHECKS,
    *unknown.CHECKS,
    *nulls.CHECKS,
    *timezone.CHECKS,
    *big_id.CHECKS,
    *malformed.CHECKS,
    *method.CHECKS,
    *connection.CHECKS,
    *copies.CHECKS,
    *memory.CHECKS,
    *one_row.CHECKS,
    *statuses.CHECKS,
    *refunds.CHECKS,
    *read_back.CHECKS,
    *answers.CHECKS,
    *orders.CHECKS,
)
"""All checks."""

NAMES = tuple(check.full_name for check in CHECKS)
"""Their full names, such as ``signature/key-missing``."""
