"""All operators, in their order: of two that make the same change, the first one tells it."""

from __future__ import annotations

from steppay_mock.mutation.mistake import MistakeOperator
from steppay_mock.mutation.operators import (
    absences,
    answers,
    branches,
    comparisons,
    conditions,
    errors,
    signing,
    sql,
    transactions,
    values,
    writes,
)

OPERATORS: tuple[MistakeOperator, ...] = (
    conditions.calls_that_verify,
    conditions.guards,
    conditions.conditions,
    conditions.operands,
    signing.compared_parts,
    signing.rewritten_bodies,
    branches.branches,
    branches.cases,
    branches.table_rows,
    comparisons.boundaries,
    comparisons.lookups,
    comparisons.conditions_of_writes,
    sql.comparisons_of_versions,
    sql.copies,
    sql.locks,
    transactions.forgotten_transactions,
    transactions.forgotten_locks,
    transactions.commits,
    transactions.effects_before_the_commit,
    errors.passed_over,
    errors.not_caught,
    answers.accepted_refusals,
    answers.refused_copies_and_types,
    absences.needed_fields,
    absences.dropped_defaults,
    absences.unneeded_envelope,
    values.korean_times,
    values.rounded_ids,
    values.floats,
    writes.forgotten_calls,
    writes.forgotten_rows,
)
