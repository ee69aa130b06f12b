"""Writes a scorecard as SARIF 2.1.0, which code hosts show: a rule for each check, a result for each finding.

What passed and what could not tell are no results: code hosts show each result as something to mend. A finding with
one cause is one result, though several checks failed for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.conformance.check import Check
    from steppay_mock.conformance.finding import Finding
    from steppay_mock.conformance.kinds import Severity
    from steppay_mock.conformance.outputs.card_data import CardData

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: dict[Severity, str] = {"must": "error", "should": "warning", "assumed": "note", "fact": "note"}


def write_sarif(card: CardData, *, location: str) -> dict[str, Any]:
    """The log as plain data; ``location`` is the file of the repository at which its results are shown."""
    uri = repository_uri(location)
    rules = [*(_rule_of_check(one.check) for one in card.checks), *_other_rules(card)]
    places = {rule["id"]: place for place, rule in enumerate(rules)}
    version = sys.modules["steppay_mock"].__version__  # to import the whole package here would be a circle
    driver = {"name": "steppay-mock", "version": version, "semanticVersion": version, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "steppay-mock/check/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": card.is_reached and card.interrupted_after is None}],
        "results": [_result(one, rule=places[one.full_name], uri=uri) for one in card.findings],
        "properties": {"receiver": card.receiver, "headline": card.headline, "ok": card.ok, "seed": card.seed},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule_of_check(check: Check) -> dict[str, Any]:
    return _rule(check.full_name, check.severity, told=check.asks, cure=check.cure, family=check.family)


def _other_rules(card: CardData) -> Iterator[dict[str, Any]]:
    """A rule for each finding that is no check: a cause behind several, or one of the control."""
    checks = {one.check.full_name for one in card.checks}
    for one in card.findings:
        if one.full_name not in checks:
            told = f"{one.check.replace('-', ' ').capitalize()}."
            yield _rule(one.full_name, one.severity, told=told, cure=one.cure, family=one.family)


def _rule(name: str, severity: Severity, *, told: str, cure: str, family: str) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": _plain(told)},
        "fullDescription": {"text": _plain(told)},
        "help": {"text": _plain(f"{cure}\n\nThe page docs/check.md of steppay-mock has more on {family}.")},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {"tags": ["webhook", family], "severity": severity},
    }


def _result(finding: Finding, *, rule: int, uri: str) -> dict[str, Any]:
    told = f"{finding.summary}\nCure: {finding.cure}"
    if finding.answer:
        told += f"\nThe answer was: {finding.answer}"
    return {
        "ruleId": finding.full_name,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": _plain(told)},
        # A receiver is checked from outside: no line of its code is known, and code hosts want one.
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 1},
                }
            }
        ],
        # By its name alone: the same finding stays the same alert when that file changes.
        "partialFingerprints": {"primaryLocationLineHash": f"{sha256(finding.full_name.encode()).hexdigest()[:16]}:1"},
        "properties": {
            "severity": finding.severity,
            "harm": finding.harm,
            "explains": list(finding.explains),
            "request": finding.request,
            "report": finding.report(),
        },
    }


def _plain(text: str) -> str:
    """The text as a message of SARIF, in which braces are placeholders and ``[a](b)`` is a link."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def repository_uri(location: str) -> str:
    """The file as a relative URI: code hosts take no other."""
    from urllib.parse import quote

    path = location.replace("\\", "/").removeprefix("./")
    if not path or path.startswith("/") or ":" in path or ".." in path.split("/"):
        raise SteppayMockError(
            f"{location!r} is no file within the repository. Give its path from the root, such as shop/webhooks.py."
        )
    return quote(path)
