"""Strikes secrets out of results and findings: a state, or an error of a probe, may hold one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.failure import ExplorationError

if TYPE_CHECKING:
    from steppay_mock.conformance.check import CheckResult
    from steppay_mock.conformance.finding import Finding
    from steppay_mock.wire.redact import Redaction


def without_secrets(
    results: Sequence[CheckResult], findings: Iterable[Finding], redact: Redaction
) -> tuple[tuple[CheckResult, ...], tuple[Finding, ...]]:
    """The same results and findings, without secrets in what comes from the receiver.

    A secret that is a word of the checks, such as ``secret``, stays in their sentences: it tells nothing there.
    """
    is_word = redact.is_in("\n".join(text for one in results for text in (one.check.asks, one.check.cure)))

    def sentence(text: str) -> str:
        return text if is_word else redact.text(text)

    def lines(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(redact.text, texts))

    struck = [
        replace(
            one,
            judgement=replace(
                one.judgement,
                why=sentence(one.judgement.why),
                changes=lines(one.judgement.changes),
                detail=sentence(one.judgement.detail),
            ),
        )
        for one in results
    ]
    told = [
        replace(
            one,
            summary=sentence(one.summary),
            seen=sentence(one.seen),
            cure=sentence(one.cure),
            changes=lines(one.changes),
            detail=sentence(one.detail),
        )
        for one in findings
    ]
    return tuple(struck), tuple(told)


def struck_error(error: SteppayMockError, redact: Redaction) -> SteppayMockError:
    """The error without secrets; the same one if it holds none."""
    made = redact.exception(error)
    return made if isinstance(made, SteppayMockError) else ExplorationError(redact.text(str(error)))
