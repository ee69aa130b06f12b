"""No Python on the command line: every report and every error of explore and replay names options as a shell does."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cli.shop import SEED, Shop, urls
from werkzeug import Request, Response

from steppay_mock.ordering.options import ExploreOptions

LEAVES = "customer-registers-and-leaves"
NAMES = ("state", "events", *ExploreOptions.__annotations__)
IN_PYTHON = re.compile(rf"(?<![\w.?&-])({'|'.join(NAMES)})=(?!\d{{3}} )")


@dataclass(slots=True)
class Odd:
    """Keeps the newest event of each kind; ``how`` says what is odd about it."""

    how: str
    rows: dict[str, Any] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)

    def __call__(self, request: Request) -> Response:
        self.counted[request.path] += 1
        if request.path == "/state":
            return self._state()
        if request.path == "/reset":
            if self.how != "forgets to reset":
                self.rows.clear()
                self.known.clear()
            return Response(status=500 if self.how == "cannot be emptied" and self.counted["/reset"] > 3 else 204)
        return self._keep(request)

    def _state(self) -> Response:
        shown: Any = dict(self.rows)
        if self.how == "flaky":
            shown["at"] = self.counted["/state"]
        if self.how == "never settles":
            shown["seen"] = self.counted["/state"]
        if self.how == "shows no JSON" and self.counted["/state"] > 6:
            return Response("<p>maintenance</p>")
        return Response(json.dumps(shown))

    def _keep(self, request: Request) -> Response:
        body, event = request.get_data(as_text=True), request.get_json()
        kind = event["event"]
        if self.how == "hidden":  # it does not show what it knows
            is_new = body not in self.known
            self.known.add(body)
            self.rows["last"] = kind if is_new or len(self.known) < 3 else "again"
        elif self.how == "keeps one":
            if kind == "customer.created":
                self.rows["created"] = True
        elif self.how == "refuses one" and kind == "customer.updated":
            return Response("no such customer", 409)
        elif self.how != "keeps none":
            self.rows[kind] = event["timestamp"]
        return Response(status=204)


REPORTS: dict[str, tuple[Callable[..., Any], tuple[str, ...], int]] = {
    "proved": (Shop, (), 0),
    "covered": (Shop, ("--budget", "20", "--no-duplicates", "--scenario", "virtual-account-deposit"), 0),
    "bounded": (Shop, ("--late-by", "1d", "--distance", "1"), 0),
    "fails": (lambda: Shop(mended=False), ("--ignore", "nothing"), 1),
    "overlap": (lambda: Shop(mended=False), ("--no-duplicates", "--overlap", "1", "--ties", "--paranoid"), 1),
    "refused": (lambda: Odd("refuses one"), (), 1),
    "all refused": (lambda: Shop(refusing=401), (), 1),
    "no route": (lambda: Shop(refusing=404), (), 1),
    "no effect": (lambda: Odd("keeps none"), (), 1),
    "one effect": (lambda: Odd("keeps one"), (), 1),
    "flaky": (lambda: Odd("flaky"), (), 1),
    "reset": (lambda: Odd("forgets to reset"), (), 1),
    "hidden": (lambda: Odd("hidden"), (), 1),
    "too few": (Shop, ("--given", "2"), 1),
    "all given": (Shop, ("--given", "9"), 2),
    "given refused": (lambda: Shop(refusing=500), ("--given", "1"), 2),
    "unsettled": (lambda: Odd("never settles"), ("--settle", "0.02", "--timeout", "0.1"), 2),
    "no JSON": (lambda: Odd("shows no JSON"), (), 2),
    "no reset": (lambda: Odd("cannot be emptied"), (), 2),
    "small budget": (Shop, ("--budget", "2"), 1),
    "no path": (Shop, ("--ignore", "$.["), 2),
    "ignores all": (Shop, ("--ignore", "$.*"), 2),
    "no bound": (Shop, ("--late-by", "soon"), 2),
    "independent": (Shop, ("--independent",), 2),
    "effective": (lambda: Odd("keeps one"), ("--only-effective",), 1),
    "strict": (lambda: Odd(""), ("--truth", "strict"), 1),
    "no truth": (Shop, ("--truth", "nowhere.toml"), 2),
}
COMMANDS = {"fails": 2, "overlap": 2, "refused": 1, "hidden": 2}
"""The commands of a report that has some: one for each order that fails."""


@pytest.mark.parametrize("name", REPORTS)
def test_no_report_and_no_error_speaks_python(name: str, run: Any, receiver: Any, secret: str) -> None:
    make, words, code = REPORTS[name]
    receiver.answer = make()
    scenario = () if "--scenario" in words else ("--scenario", LEAVES)
    done = run("explore", *scenario, *SEED, *urls(receiver), "--secret", secret, *words)
    said = done.out + done.err
    assert IN_PYTHON.findall(said) == [], said
    assert done.code == code, said
    commands = re.findall(r"^ +steppay-mock (replay sp1\..*)$", done.out, re.MULTILINE)
    assert len(commands) == COMMANDS.get(name, 0)
    for command in commands:
        again = run(*shlex.split(command), "--secret", secret)
        assert IN_PYTHON.findall(again.out + again.err) == []
        assert (again.code, again.err) == (1, "it still fails\n")


def test_a_page_and_json_speak_no_python_either(run: Any, receiver: Any, secret: str, tmp_path: Any) -> None:
    receiver.answer = Odd("flaky")
    file = tmp_path / "data.json"
    words = ("--scenario", LEAVES, *SEED, *urls(receiver), "--secret", secret, "--report", str(file))
    assert run("explore", *words).code == 1
    assert IN_PYTHON.findall(file.read_text(encoding="utf-8")) == []
