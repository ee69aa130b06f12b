"""The cure in the framework at hand: how a receiver verifies the bytes that arrived, in five frameworks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.finding import Finding

FRAMEWORKS = {"flask": "Flask", "django": "Django", "fastapi": "FastAPI", "express": "Express", "nextjs": "Next.js"}
"""The frameworks by the names of their snippets."""

_BY_MODULE = {"flask": "flask", "django": "django", "fastapi": "fastapi", "starlette": "fastapi"}
_BY_HEADER = {
    "express": "express",
    "next.js": "nextjs",
    "werkzeug": "flask",
    "uvicorn": "fastapi",
    "wsgiserver": "django",
}
_VERIFYING = frozenset({"signature", "raw-body", "rotation", "replay"})
"""Families of findings that are about verifying."""
_OF_CONTROL = ("verifies-", "looks-for-another-header", "expects-", "refuses-right-signatures", "takes-anything")


def framework_of(at: CheckedReceiver) -> str | None:
    """The framework of the receiver: of an app by its class, elsewhere by the headers of its answers."""
    if not at.is_elsewhere:
        return _BY_MODULE.get(type(at.app).__module__.partition(".")[0])
    for trace in at.traces:
        told = " ".join((trace.answer.headers.get("x-powered-by", ""), trace.answer.headers.get("server", ""))).lower()
        for word, framework in _BY_HEADER.items():
            if word in told:
                return framework
    return None


def snippet_for(framework: str) -> str:
    """The code by which a receiver in this framework verifies."""
    return (files("steppay_mock") / "conformance" / "snippets" / f"{framework}.txt").read_text(encoding="utf-8")


def with_snippets(findings: Iterable[Finding], framework: str | None) -> tuple[Finding, ...]:
    """The findings; the first that is about verifying has the code that verifies, if the framework is known."""
    told = list(findings)
    place = next((place for place, one in enumerate(told) if _is_about_verifying(one)), None)
    if framework is not None and place is not None:
        code = snippet_for(framework)
        told[place] = replace(told[place], snippet=code, framework=FRAMEWORKS[framework])
    return tuple(told)


def _is_about_verifying(finding: Finding) -> bool:
    if finding.family == "control":
        return finding.check.startswith(_OF_CONTROL)
    return finding.family in _VERIFYING and finding.check != "judges-age-by-the-body"
