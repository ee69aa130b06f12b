"""Writes a scorecard as an HTML page: one file that loads nothing, runs no script, and can be printed."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from steppay_mock.conformance.kinds import FAMILIES, SEVERITIES
from steppay_mock.conformance.outputs.korean import in_korean, korean_texts
from steppay_mock.conformance.outputs.words import TABLES, CardWords, words_in
from steppay_mock.ordering.report.markup import Markup, tag, text

if TYPE_CHECKING:
    from steppay_mock.conformance.finding import Finding
    from steppay_mock.conformance.outputs.card_data import CardData

_LIGHT = "--ink: #1f2933; --paper: #ffffff; --faint: #5f6b77; --rule: #d5dbe1; --box: #f3f5f7; --good: #15803d; "
_STYLE = f"""
:root {{ color-scheme: light dark; {_LIGHT}--bad: #c02626; --warn: #96580a; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e4e7eb; --paper: #14181d; --faint: #9aa5b1; --rule: #39424d;
  --box: #20262e; --good: #4ade80; --bad: #f87171; --warn: #fbbf24; }} }}
body {{ margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 1.35rem; line-height: 1.35; margin: 0 0 .5rem; }}
h2 {{ font-size: 1.1rem; margin: 2rem 0 .5rem; }} h3 {{ font-size: 1rem; margin: 1.5rem 0 .3rem; }}
h4 {{ font-size: .85rem; color: var(--faint); font-weight: 500; margin: .6rem 0 0; }}
p {{ margin: .2rem 0; }} p, h3, td, code, pre {{ overflow-wrap: anywhere; }}
table {{ border-collapse: collapse; width: 100%; font-size: .9rem; }}
th, td {{ text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }}
th {{ color: var(--faint); font-weight: 500; }}
code, pre {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .85rem; }}
pre {{ background: var(--box); padding: .6rem .8rem; border-radius: 6px; white-space: pre-wrap; margin: .2rem 0; }}
.passed, .good {{ color: var(--good); }} .failed, .must {{ color: var(--bad); }} .should {{ color: var(--warn); }}
.skipped, .faint, .assumed, .fact {{ color: var(--faint); }}
@media print {{ :root {{ color-scheme: light; {_LIGHT}--bad: #c02626; --warn: #96580a; }}
  body {{ margin: 0; max-width: none; font-size: 11px; }} tr {{ break-inside: avoid; }}
  h2, h3, h4 {{ break-after: avoid; }} }}
"""


def write_page(card: CardData, *, lang: str) -> str:
    """The page in that language. Bodies, errors and states of the receiver are shown as they came."""
    words = words_in(lang)
    # Answers and states of the receiver are shown. They are escaped; if one were not, the policy would still load and
    # run nothing. The style is allowed by its hash, so that no style of such a text applies.
    style = b64encode(sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{text(policy)}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", words["title"]),
        tag("style", Markup(_STYLE)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', tag('main', *_body(card, words))), lang=lang)}\n"


def _body(card: CardData, words: CardWords) -> Iterator[Markup]:
    yield tag("h1", _headline(card, words), class_="good" if card.ok else "must")
    yield tag("p", words["of"].format(receiver=card.receiver))
    numbers = {"deliveries": f"{card.deliveries:,}", "elapsed": f"{card.elapsed:.1f}", "seed": card.seed}
    yield tag("p", words["numbers"].format(**numbers), class_="faint")
    if card.checks:
        yield tag("h2", words["families"])
        yield _table(("family", "passed", "failed", "skipped"), _families(card), words)
    yield tag("h2", words["findings"])
    if not card.findings:
        yield tag("p", words["no findings"] if card.passed else words["none"])
    for number, finding in enumerate(card.findings, start=1):
        yield tag("section", *_finding(number, finding, words))
    if card.checks:
        yield tag("h2", words["checks"])
        yield _table(("check", "severity", "outcome", "asks", "why"), _checks(card, words), words)


def _headline(card: CardData, words: CardWords) -> str:
    counts = Counter(one.severity for one in card.findings)
    told = ", ".join(f"{words[one]} {counts[one]}" for one in SEVERITIES if counts[one])
    verdict = "ok" if card.ok else "not ok" if card.interrupted_after is None else "interrupted"
    numbers = {"passed": len(card.passed), "checks": len(card.checks), "after": card.interrupted_after}
    parts = [words[verdict].format(**numbers)]
    parts += [words["unknown"].format(count=len(card.skipped))] if card.skipped else []
    return ", ".join(parts) + "; " + words["counts"].format(counts=told or words["none"])


def _families(card: CardData) -> Iterator[tuple[Markup, ...]]:
    """How many checks of each family passed, which failed, and how many could not tell."""
    for family in FAMILIES:
        own = [one for one in card.checks if one.check.family == family]
        if own:
            counts = Counter(one.outcome for one in own)
            failed = ", ".join(one.check.name for one in own if one.outcome == "failed")
            yield (
                tag("td", tag("code", family)),
                tag("td", str(counts["passed"]), class_="passed"),
                tag("td", failed, class_="failed"),
                tag("td", str(counts["skipped"] or ""), class_="skipped"),
            )


def _finding(number: int, finding: Finding, words: CardWords) -> Iterator[Markup]:
    mark = tag("span", words[finding.severity], class_=finding.severity)
    yield tag("h3", f"{number}. ", mark, " ", tag("code", finding.full_name))
    yield tag("p", words[f"meaning of {finding.severity}"], class_="faint")
    yield from _korean(finding, words) if words is TABLES["ko"] else [_english(finding.summary)]
    if finding.severity != "fact":
        yield from _told(words["costs"], tag("p", words[finding.harm]))
    yield from _told(words["cure"], _sentence("p", finding.cure, words))
    blocks = (
        (words["in"].format(framework=finding.framework), finding.snippet),
        (words["differs"], "\n".join(finding.changes)),
        (words["explains"], ", ".join(finding.explains)),
        (words["sent"], finding.request),
        (words["answer"], finding.answer),
        (words["detail"], finding.detail),
        (words["rests"], ", ".join(map(str, finding.facts))),
    )
    for name, content in blocks:
        if content:
            yield from _told(name, tag("pre", content))
    yield tag("p", words["read"].format(family=finding.family), class_="faint")


def _korean(finding: Finding, words: CardWords) -> Iterator[Markup]:
    """What is wrong, in Korean; of a check without a cause what a right receiver does. Then what the check saw."""
    texts = korean_texts()
    seen = in_korean(finding.seen or finding.summary)
    if finding.full_name in texts.checks:
        yield tag("p", f"{words['asks']}: {texts.checks[finding.full_name]}")
    elif finding.full_name in texts.findings and (seen is None or finding.seen):
        yield tag("p", texts.findings[finding.full_name])
    yield _english(finding.summary) if seen is None else tag("p", seen)


def _told(name: str, content: Markup) -> tuple[Markup, Markup]:
    return tag("h4", name), content


def _english(content: str) -> Markup:
    return tag("p", content, lang="en")


def _sentence(element: str, english: str, words: CardWords) -> Markup:
    return _spoken(element, english, korean_texts().sentences.get(english), words)


def _spoken(element: str, english: str, korean: str | None, words: CardWords) -> Markup:
    """An element with the Korean text if that is wanted and there is one, else with the English one."""
    if korean is None or words is not TABLES["ko"]:
        return tag(element, english, lang="en")
    return tag(element, korean)


def _checks(card: CardData, words: CardWords) -> Iterator[tuple[Markup, ...]]:
    texts = korean_texts()
    obstacles = {one.summary: texts.findings[one.full_name] for one in card.findings if one.full_name in texts.findings}
    for one in card.checks:
        yield (
            tag("td", tag("code", one.check.full_name)),
            tag("td", words[one.severity], class_=one.severity if one.outcome == "failed" else "faint"),
            tag("td", words[one.outcome], class_=one.outcome),
            _spoken("td", one.check.asks, texts.checks.get(one.check.full_name), words),
            _spoken("td", one.judgement.why, in_korean(one.judgement.why, known=obstacles), words),
        )


def _table(headings: tuple[str, ...], rows: Iterator[tuple[Markup, ...]], words: CardWords) -> Markup:
    head = tag("thead", tag("tr", *(tag("th", words[one], scope="col") for one in headings)))
    return tag("table", head, tag("tbody", *(tag("tr", *row) for row in rows)))
