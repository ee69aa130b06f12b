"""What a page shows of one request, whether this sandbox sent it or somebody sent it to the inbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.sandbox.judged import judge_body
from steppay_mock.sandbox.pages.portal.fields import FieldChange, FieldRow, differences, read_fields
from steppay_mock.sandbox.pages.portal.signature import lines_of

if TYPE_CHECKING:
    from steppay_mock.errors import ContractViolation
    from steppay_mock.sandbox.pages.portal.signature import SignatureSteps


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRequest:
    """A request as its page shows it."""

    head: str
    """The headers as lines."""
    raw: str
    size: int
    is_parsed: bool
    fields: list[FieldRow]
    violations: tuple[ContractViolation, ...]
    signature: SignatureSteps
    previous: int | None
    """The number of the event before, of the same thing."""
    changes: list[FieldChange]
    """How its body differs from this one's."""


def show_request(
    body: bytes,
    *,
    headers: Iterable[tuple[str, str]],
    signature: SignatureSteps,
    previous: int | None,
    previous_body: bytes | None,
) -> ShownRequest:
    """The request with this body, as its page shows it."""
    judged = judge_body(body)
    before = None if previous_body is None else judge_body(previous_body).payload
    return ShownRequest(
        head=lines_of(headers),
        raw=body.decode("utf-8", "backslashreplace"),
        size=len(body),
        is_parsed=judged.is_parsed,
        fields=read_fields(judged.payload, judged.violations) if judged.is_parsed else [],
        violations=judged.violations,
        signature=signature,
        previous=previous,
        changes=[] if previous_body is None else differences(before, judged.payload),
    )
