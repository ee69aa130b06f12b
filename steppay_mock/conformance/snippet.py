"""The cure as code: for each topic that findings are about, in the framework or the language of the receiver."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.finding import Finding

NAMES = {
    "flask": "Flask",
    "django": "Django",
    "fastapi": "FastAPI",
    "express": "Express",
    "nextjs": "Next.js",
    "python": "Python",
    "javascript": "JavaScript",
}
"""The frameworks and languages by the names of their snippets."""

LANGUAGES = {
    "flask": "python",
    "django": "python",
    "fastapi": "python",
    "python": "python",
    "express": "javascript",
    "nextjs": "javascript",
}
"""The language of each framework; a language is its own, where the framework is not known."""

TOPICS = {
    "raw-body/number-form": "",
    "signature/*": "verify",
    "raw-body/*": "verify",
    "rotation/*": "verify",
    "replay/*": "verify",
    "control/verifies-*": "verify",
    "control/looks-for-another-header": "verify",
    "control/expects-*": "verify",
    "control/changes-the-secret": "verify",
    "control/decodes-the-key-as-a-url": "verify",
    "control/judges-age-in-another-zone": "verify",
    "control/reads-another-encoding": "verify",
    "control/swaps-secret-and-text": "verify",
    "control/refuses-right-signatures": "verify",
    "control/takes-anything": "verify",
    "control/refused-by-framework-csrf": "verify",
    "read-back/verifies-first": "verify",
    "control/no-answer-in-time": "later",
    "duplicate/*": "copies",
    "connection/answer-lost": "copies",
    "overlap/double-effect-in-flight": "copies",
    "tie/tie-flip": "order",
    "tie/*": "copies",
    "order/refused": "",
    "order/steady": "",
    "order/*": "order",
    "truth/keeps-old-values": "order",
    "timezone/*": "times",
    "big-id/*": "ids",
    "null/*": "reading",
    "absent/*": "reading",
    "empty/*": "reading",
    "unknown-*": "reading",
    "malformed/*": "bodies",
    "latency/within-a-second": "later",
}
"""The topic of each finding by its full name; the first pattern that fits counts. An empty topic has no snippet."""

_BY_MODULE = {"flask": "flask", "django": "django", "fastapi": "fastapi", "starlette": "fastapi"}
_BY_HEADER = {
    "express": "express",
    "next.js": "nextjs",
    "werkzeug": "flask",
    "uvicorn": "fastapi",
    "wsgiserver": "django",
    "gunicorn": "python",
    "hypercorn": "python",
    "daphne": "python",
    "python/": "python",
}


def framework_of(at: CheckedReceiver) -> str | None:
    """The framework of the receiver, or its language if no more is known: of an app by its class, else by headers."""
    if not at.is_elsewhere:
        return _BY_MODULE.get(type(at.app).__module__.partition(".")[0], "python")
    for trace in at.traces:
        told = " ".join((trace.answer.headers.get("x-powered-by", ""), trace.answer.headers.get("server", ""))).lower()
        for word, framework in _BY_HEADER.items():
            if word in told:
                return framework
    return None


def snippet_for(topic: str, framework: str) -> tuple[str, str]:
    """The code of the topic, and whether it is for the framework or its language; two empty texts if there is none."""
    folder = files("steppay_mock") / "conformance" / "snippets" / topic
    for name in (framework, LANGUAGES[framework]):
        file = folder / f"{name}.txt"
        if file.is_file():
            return file.read_text(encoding="utf-8"), NAMES[name]
    return "", ""


def topic_of(full_name: str) -> str:
    """The topic of the finding; empty if it has none."""
    return next((topic for pattern, topic in TOPICS.items() if fnmatchcase(full_name, pattern)), "")


def with_snippets(findings: Iterable[Finding], framework: str | None) -> tuple[Finding, ...]:
    """The findings; the first of each topic has the code of its cure, if the framework or the language is known."""
    told = list(findings)
    if framework is None:
        return tuple(told)
    open_topics = set(TOPICS.values()) - {""}
    for place, finding in enumerate(told):
        topic = topic_of(finding.full_name)
        if topic in open_topics:
            open_topics.remove(topic)
            code, of = snippet_for(topic, framework)
            told[place] = replace(finding, snippet=code, framework=of)
    return tuple(told)
