"""Writes the report as an HTML page that loads nothing and runs no script: of one exploration or of several."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from steppay_mock.ordering.face import speaking
from steppay_mock.ordering.report.comparison import compare, event_rows
from steppay_mock.ordering.report.coverage import bound_text, readable, repeated
from steppay_mock.ordering.report.headline import headline
from steppay_mock.ordering.report.markup import Markup, tag, text
from steppay_mock.ordering.report.repro.javascript import vitest_test
from steppay_mock.ordering.report.repro.python import pytest_test
from steppay_mock.ordering.report.repro.shell import shell_script
from steppay_mock.ordering.report.svg_diagram import STYLE as DIAGRAM_STYLE
from steppay_mock.ordering.report.svg_diagram import draw
from steppay_mock.ordering.report.verdict import advise, conditions, next_step, title, verdict_line

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import CounterexampleData, ExplorationData
    from steppay_mock.ordering.report.comparison import Change, EventRow
    from steppay_mock.payload.event import Event

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --paper: #ffffff; --faint: #5f6b77; --rule: #d5dbe1; --box: #f3f5f7;
  --good: #15803d; --bad: #c02626; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --paper: #14181d; --faint: #9aa5b1; --rule: #39424d;
  --box: #20262e; --good: #4ade80; --bad: #f87171; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.35rem; line-height: 1.35; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { color: var(--faint); font-weight: 500; }
.facts th { width: 9rem; }
code, pre, td.code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .85rem;
  overflow-wrap: anywhere; }
details { margin: .4rem 0; } summary { cursor: pointer; }
pre { background: var(--box); padding: .8rem 1rem; border-radius: 6px; white-space: pre-wrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .faint { color: var(--faint); }
.fix { border-left: 4px solid var(--good); padding: .2rem 0 .2rem 1rem; }
.picture { overflow-x: auto; } svg { max-width: 100%; height: auto; }
"""


def write_page(exploration: ExplorationData) -> str:
    """The page of one exploration, as HTML."""
    return _document(
        f"{exploration.verdict}: {exploration.name}",
        *_body(exploration),
        with_picture=exploration.counterexample is not None,
    )


def write_pages(
    explorations: Sequence[ExplorationData], *, rows: tuple[Iterable[str], Iterable[Iterable[str]]], varied: str = ""
) -> str:
    """The page of several explorations, as HTML; ``rows`` are the headings and the rows of the overview."""
    right = sum(one.ok for one in explorations)
    heading = f"{right} of {len(explorations)} right"
    overview = [tag("h1", heading, class_="good" if right == len(explorations) else "bad"), _table(*rows)]
    if varied:
        overview.append(tag("p", varied))
    return _document(
        f"{heading}: orders of delivery",
        *overview,
        *map(_section, explorations),
        with_picture=any(one.counterexample is not None for one in explorations),
    )


def _section(exploration: ExplorationData) -> Markup:
    with speaking(exploration.face):
        return tag("section", *_body(exploration))


def _document(title: str, *body: Markup, with_picture: bool) -> str:
    """A page whose policy allows its own styles, by their hashes, and nothing else."""
    # The page shows texts of events and answers. They are escaped; if one were not, the policy would still load and run
    # nothing. Styles are allowed by hash, so that no style of such a text applies.
    styles = [_STYLE, DIAGRAM_STYLE] if with_picture else [_STYLE]
    hashes = " ".join(f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" for style in styles)
    policy = f"default-src 'none'; style-src {hashes}; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{text(policy)}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", title),
        tag("style", Markup(_STYLE)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, tag('body', *body), lang='en')}\n"


def _body(exploration: ExplorationData) -> Iterator[Markup]:
    """The sections of one exploration."""
    found = exploration.counterexample
    mood = "good" if exploration.ok else "bad"
    if found is not None:
        comparison = compare(found)
        yield tag("h1", headline(found, comparison), class_=mood)
        yield tag("p", tag("strong", found.anomaly.name), f": {found.anomaly.meaning}")
        yield tag("p", tag("strong", "Usual fix"), f": {found.anomaly.fix}", class_="fix")
    else:
        yield tag("h1", title(exploration), class_=mood)
        if exploration.why:
            yield tag("p", exploration.why)
        for advice in advise(exploration.unequal):
            yield tag("p", advice)
        if not exploration.ok:
            yield tag("p", tag("strong", "Next"), f": {next_step(exploration)}", class_="fix")
    yield tag("p", f"{exploration.name}, delivered to {exploration.receiver}", class_="faint")
    if found is not None:
        yield from _counterexample(exploration, found)
    if exploration.causes:
        yield tag("h2", "Likely causes")
        yield tag("ul", *(tag("li", cause) for cause in exploration.causes))
    for one in exploration.others:
        yield tag("h2", f"Also found: {headline(one, compare(one))}")
        yield tag("p", tag("strong", one.anomaly.name), f": {one.anomaly.meaning}")
        yield tag("p", tag("strong", "Usual fix"), f": {one.anomaly.fix}", class_="fix")
        yield tag("div", Markup(draw(one)), class_="picture")
        yield tag("pre", one.face.again(one.token))
    yield from _coverage(exploration)
    yield from _losses(exploration)


def _counterexample(exploration: ExplorationData, found: CounterexampleData) -> Iterator[Markup]:
    comparison = compare(found)
    yield tag("h2", "What happened")
    yield _table(
        ("", "when", "event", "about", "status"),
        ((str(one.number), one.when, one.type, one.entity, one.status) for one in comparison.happened),
    )
    yield from _payloads(comparison.happened, found.events)
    yield tag("h2", "What was delivered")
    yield tag("div", Markup(draw(found)), class_="picture")
    failing = [row.failing for row in comparison.rows if row.failing is not None]
    for one in failing:
        if not one.accepted:
            yield tag("p", f"{one.event.number} was answered: ", tag("code", one.answer))
    yield tag("h2", "How it ends")
    if comparison.broken:
        yield tag("p", "The invariant says: ", tag("code", comparison.broken), class_="bad")
    elif comparison.changes or comparison.effects:
        yield _ends((*comparison.changes, *comparison.effects), comparison.right)
    else:
        yield tag("p", "The same; compare the answers.")
    yield tag("h2", "To replay it")
    if comparison.hint:
        yield tag("p", f"{comparison.hint}:")
    yield tag("pre", comparison.replay)
    yield from _programs(exploration, found)
    yield tag("p", comparison.size, class_="faint")


def _ends(changes: Iterable[Change], good: str) -> Markup:
    head = tag("tr", tag("th", "where"), tag("th", good), tag("th", "in the failing order"))
    rows = (
        tag(
            "tr",
            tag("td", change.place, class_="code"),
            tag("td", change.expected, class_="code good"),
            tag("td", change.actual, class_="code bad"),
        )
        for change in changes
    )
    return tag("table", head, *rows)


def _coverage(exploration: ExplorationData) -> Iterator[Markup]:
    coverage = exploration.coverage
    yield tag("h2", "Coverage")
    if exploration.ok:
        yield tag("p", f"{verdict_line(exploration)}.")
    for condition in conditions(exploration):
        yield tag("p", condition)
    numbers = {
        "events": f"{coverage.events:,}",
        "orders": readable(coverage.orders),
        "overtaken by": f"at most {bound_text(coverage.late_by, coverage.distance) or 'all others'}",
        "runs": f"{coverage.runs:,}",
        "deliveries": f"{coverage.deliveries:,}",
        "states": f"{coverage.states:,}",
        "seconds": f"{coverage.elapsed:.2f}",
        "seed": str(coverage.seed),
        "duplicates": f"each event {repeated(coverage)}" if coverage.duplicates else "none",
        "ties": "also with the timestamps of each burst collapsed to one second" if coverage.ties else "as they are",
    }
    if coverage.strength is not None:
        numbers["strength"] = f"{coverage.covered:,} of {coverage.of:,} orders of any {coverage.strength} events"
    rows = (tag("tr", tag("th", name), tag("td", value)) for name, value in numbers.items())
    yield tag("table", *rows, class_="facts")


def _losses(exploration: ExplorationData) -> Iterator[Markup]:
    if not exploration.losses:
        return
    happened = event_rows(exploration.events)
    yield tag("h2", "If one event is never delivered")
    rows = []
    for loss in exploration.losses:
        one = happened[loss.place]
        outcome = "ends the same" if loss.heals else f"differs: {', '.join(loss.changes) or 'the state'}"
        rows.append((str(one.number), one.type, one.entity, one.status, outcome))
    yield _table(("", "event", "about", "status", "the end"), rows)


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    """A table of texts."""
    head = tag("tr", *(tag("th", heading) for heading in headings))
    return tag("table", head, *(tag("tr", *(tag("td", cell) for cell in row)) for row in rows))


def _payloads(happened: Sequence[EventRow], events: Sequence[Event]) -> Iterator[Markup]:
    """The payload of each event, as it was delivered."""
    for one in happened:
        shown = json.dumps(events[one.number - 1].payload, ensure_ascii=False, indent=2, default=str)
        yield _folded(f"The payload of {one.number} {one.type}", shown)


def _programs(exploration: ExplorationData, found: CounterexampleData) -> Iterator[Markup]:
    """The failing order as programs: a script with curl, a test for pytest and one for Vitest."""
    yield _folded("With curl", shell_script(exploration, found))
    yield _folded("As a test for pytest", pytest_test(exploration, found))
    yield _folded("As a test for Vitest", vitest_test(exploration, found))


def _folded(summary: str, content: str) -> Markup:
    return tag("details", tag("summary", summary), tag("pre", content))
