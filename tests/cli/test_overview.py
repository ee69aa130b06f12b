"""Several stories are chosen, explored one after the other, and shown in one table, in JSON and in JUnit."""

from __future__ import annotations

import json
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import click
import pytest

from steppay_mock import SteppayMockError
from steppay_mock.cli import explore_stories, story_candidates
from steppay_mock.cli.exit_codes import INTERRUPTED, MISUSED, UNREACHED, WRONG
from steppay_mock.cli.explore_overview import overview_data, overview_xml, show_overview, table_of, worst
from steppay_mock.cli.explore_stories import Explored, explore_each
from steppay_mock.cli.options.scenario import Staging, expected_of_assumption
from steppay_mock.cli.options.served_api import ServedApi
from steppay_mock.cli.show.exploration import exit_code, is_worth_showing, tell_cut_off
from steppay_mock.cli.show.search_progress import StoppedError
from steppay_mock.cli.story_candidates import Candidate, chosen_names, find_candidates, varied
from steppay_mock.ordering.failure import ExplorationError, NoAnswerError
from steppay_mock.ordering.remote import RemoteError

LEAVES = "customer-registers-and-leaves"


def found(verdict: str = "proved", *, deliveries: int = 1_234, silent: int = 0, anomaly: str | None = None) -> Any:
    """An exploration, as far as an overview reads it."""
    coverage = SimpleNamespace(effective=2, events=3, deliveries=deliveries, elapsed=1.26, silent=silent)
    return SimpleNamespace(
        ok=verdict == "proved",
        verdict=verdict,
        coverage=coverage,
        counterexample=anomaly and SimpleNamespace(anomaly=anomaly),
        report=lambda: f"the report: {verdict}",
        as_dict=lambda: {"verdict": verdict},
        receiver="http://localhost",
        name="a story",
    )


def explored(name: str, seed: int, result: Any = None, *, code: int = 0, skipped: str = "") -> Explored:
    story: Any = SimpleNamespace(seed=seed, customer=SimpleNamespace(id=seed * 10))
    return Explored(candidate=Candidate(name=name, story=story, skipped=skipped), found=result, code=code)


OUTCOMES = [
    explored("a", 1, found()),
    explored("a", 2, found("fails", anomaly="stale overwrite"), code=1),
    explored("b", 1, code=2),
    explored("b", 2, skipped="too short"),
    explored("c", 1, found("unfinished", deliveries=0), code=3),
]


def test_the_table_has_a_row_for_each_story_and_the_seed_where_a_story_has_several() -> None:
    headings, rows = table_of(OUTCOMES)
    assert headings == ("Scenario", "Seed", "Verdict", "With an effect", "Deliveries", "Seconds")
    assert rows == [
        ("a", "1", "proved", "2 of 3", "1,234", "1.3"),
        ("a", "2", "fails: stale overwrite", "2 of 3", "1,234", "1.3"),
        ("b", "1", "not explored", "", "", ""),
        ("b", "2", "skipped: too short", "", "", ""),
        ("c", "1", "unfinished", "2 of 3", "0", "1.3"),
    ]
    headings, rows = table_of([OUTCOMES[0], OUTCOMES[2]])
    assert headings == ("Scenario", "Verdict", "With an effect", "Deliveries", "Seconds")
    assert rows[0] == ("a", "proved", "2 of 3", "1,234", "1.3")


def test_the_worst_code_counts_and_nothing_tested_is_wrong() -> None:
    assert worst(OUTCOMES) == 3
    assert worst(OUTCOMES[:1]) == 0
    assert worst([OUTCOMES[3]]) == WRONG
    assert worst([OUTCOMES[0], OUTCOMES[3]]) == 0


def test_an_overview_shows_the_reports_of_what_is_wrong_and_counts_the_right_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_overview(OUTCOMES, as_json=False)
    out, err = capsys.readouterr()
    assert out.count("the report: ") == out.count("the report: fails\n\n") == 1
    assert out.endswith(
        "\n\nSeeds 1, 2 vary names, codes and all ids. The customer ids are 10, 20 in a; it is the same in "
        "the other scenarios.\n"
    )
    assert err == "1 of 4 right, 1 skipped\n"
    show_overview(OUTCOMES[:1], as_json=False)
    out, err = capsys.readouterr()
    assert (len(out.splitlines()), err) == (2, "1 of 1 right\n")
    show_overview(OUTCOMES, as_json=True)
    assert json.loads(capsys.readouterr().out) == overview_data(OUTCOMES)


def test_an_overview_as_data_has_what_was_explored_and_what_was_not() -> None:
    data = overview_data(OUTCOMES)
    assert data["ok"] is False
    assert data["explorations"] == [
        {"scenario": "a", "seed": 1, "verdict": "proved"},
        {"scenario": "a", "seed": 2, "verdict": "fails"},
        {"scenario": "c", "seed": 1, "verdict": "unfinished"},
    ]
    assert data["skipped"] == [{"scenario": "b", "seed": 2, "why": "too short"}]
    assert overview_data(OUTCOMES[:1]) == {**overview_data(OUTCOMES[:1]), "ok": True, "varied": "", "skipped": []}


def test_an_overview_in_junit_has_a_case_for_each_story() -> None:
    outcomes = [OUTCOMES[2], OUTCOMES[3], OUTCOMES[2]]
    (suite,) = ET.fromstring(overview_xml(outcomes))
    numbers = [suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")]
    assert numbers == ["3", "0", "2", "1", "0.0000"]
    assert [case.get("name") for case in suite] == [f"b in every order, seed {seed}" for seed in (1, 2, 1)]
    assert [(one.tag, one.get("message")) for case in suite for one in case] == [
        ("error", "it was not explored: standard error says why"),
        ("skipped", "too short"),
        ("error", "it was not explored: standard error says why"),
    ]
    assert [case.get("time") for case in suite] == ["0"] * 3


def test_what_varies_is_told_where_a_story_has_several_seeds() -> None:
    assert varied([one.candidate for one in OUTCOMES[1:3]]) == ""
    assert varied([one.candidate for one in OUTCOMES[:2]]) == (
        "Seeds 1, 2 vary names, codes and all ids. The customer ids are 10, 20."
    )
    assert varied([one.candidate for one in OUTCOMES[:4]]) == (
        "Seeds 1, 2 vary names, codes and all ids. The customer ids are 10, 20 in a; it is the same in the other "
        "scenarios."
    )
    assert "in b; it is the same" in varied([explored(name, 1).candidate for name in "bba"])


@pytest.mark.parametrize(
    ("code", "why"), [(INTERRUPTED, "it was stopped before"), (UNREACHED, "the receiver could not be reached"), (1, "")]
)
def test_after_a_stop_the_other_stories_are_skipped(
    code: int, why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explore_one(candidate: Candidate, *_arguments: object, **_options: object) -> Explored:
        if candidate.seed == 1:
            raise SteppayMockError("This story is wrong.")
        return Explored(candidate=candidate, code=code)

    monkeypatch.setattr(explore_stories, "explore_one", explore_one)
    api = ServedApi(serve_api=False, api_port=0, api_token=None)
    candidates = [explored("a", seed, skipped="short" if seed in {0, 4} else "").candidate for seed in range(5)]
    outcomes = explore_each(candidates, "http://localhost", budget=9, served_api=api, options={})
    assert [one.candidate.skipped for one in outcomes] == ["short", "", "", why, "short"]
    assert [one.code for one in outcomes] == [0, MISUSED, code, 0 if why else code, 0]
    told = ["exploring a, seed 1", "Error: This story is wrong.", "exploring a, seed 2", "exploring a, seed 3"]
    assert capsys.readouterr().err.splitlines() == told[: 3 if why else 4]


def test_an_exploration_has_an_exit_code() -> None:
    assert [exit_code(found()), exit_code(found("fails")), exit_code(found("fails", silent=3))] == [0, WRONG, WRONG]
    assert exit_code(found("fails", silent=1_234)) == UNREACHED
    assert exit_code(found("unfinished", deliveries=0)) == WRONG
    assert [is_worth_showing(found("unfinished", deliveries=count)) for count in (0, 1)] == [False, True]
    assert is_worth_showing(found("fails", deliveries=0))


def staging(**given: Any) -> Staging:
    plain: dict[str, Any] = {"files": (), "settings": (), "assumed": (), "seed": 7, "start": None}
    return Staging(**{**plain, "locale": "ko_KR", "currency": "KRW", **given})


def test_each_further_customer_has_an_id_of_another_length_and_parity() -> None:
    found = find_candidates([LEAVES], seeds=8, staging=staging(), types=None)
    ids = [one.story.customer.id for one in found]
    assert [one.seed for one in found] == list(range(7, 15))
    assert [len(str(one)) for one in ids[1:]] == [3, 10, 5, 12, 2, 8, 3]
    assert all((one + other) % 2 for one, other in pairwise(ids))
    assert [one.story.customer.id for one in find_candidates([LEAVES], seeds=8, staging=staging(), types=None)] == ids
    fixed = find_candidates([LEAVES], seeds=3, staging=staging(settings=(("customer_id", "42"),)), types=None)
    assert [one.story.customer.id for one in fixed] == [42, 42, 42]


@pytest.mark.parametrize("chance", [0, 8])
def test_an_id_has_its_digits_whatever_chance_says(chance: int, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, int]] = []

    class Least:
        def __init__(self, _seed: int) -> None:
            pass

        def randrange(self, least: int, end: int) -> int:
            drawn.append((least, end))
            return least + chance if chance == 0 else end - 1

    monkeypatch.setattr(story_candidates, "Random", Least)
    found = find_candidates([LEAVES], seeds=8, staging=staging(), types=None)
    ids = [one.story.customer.id for one in found]
    assert [len(str(one)) for one in ids[1:]] == [3, 10, 5, 12, 2, 8, 3]
    assert drawn[0] == (100, 999)


def test_a_story_without_two_events_of_the_types_is_skipped_where_there_are_several() -> None:
    for types, told in (
        (None, ""),
        (["customer.created", "customer.deleted"], ""),
        (["customer.created"], "it has one event of these types, and an order needs two"),
        (["cover.paused"], "it has no event of these types, and an order needs two"),
    ):
        assert [one.skipped for one in find_candidates([LEAVES], seeds=2, staging=staging(), types=types)] == [told] * 2
        assert [one.skipped for one in find_candidates([LEAVES], seeds=1, staging=staging(), types=types)] == [""]


def test_the_seed_of_several_stories_is_drawn_once_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    found = find_candidates([LEAVES, "invoice-paid"], seeds=1, staging=staging(seed=None), types=None)
    seed = found[0].seed
    assert [one.seed for one in found] == [seed, seed]
    assert capsys.readouterr().err == f"seed {seed} (repeat with --seed {seed})\n"
    find_candidates([LEAVES], seeds=1, staging=staging(seed=None), types=None)
    assert capsys.readouterr().err.count("seed ") == 2


def test_scenarios_are_chosen_by_name_or_all() -> None:
    assert chosen_names(["b", "a", "b"], every=False, staging=staging()) == ["b", "a"]
    assert LEAVES in chosen_names([], every=True, staging=staging())
    for names, every in (([], False), (["a"], True)):
        with pytest.raises(click.UsageError):
            chosen_names(names, every=every, staging=staging())


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("none", None), ("None", None), ("5000", "expected a whole number from 1 to 3650, or none")],
)
def test_an_assumption_is_read_from_its_text(text: str, value: Any) -> None:
    one = staging(assumed=(("notice_days", text),))
    if isinstance(value, str):
        with pytest.raises(click.UsageError, match=value):
            one.open_store()
    else:
        assert one.open_store().assumptions.notice_days == value


def test_assumptions_of_every_kind_are_read_from_their_texts() -> None:
    for text, days in (("1,3", (1, 3)), ("[1, 3]", (1, 3)), ("(1,3)", (1, 3)), ("[2]", (2,))):
        assert staging(assumed=(("retry_days", text),)).open_store().assumptions.retry_days == days
    (name,) = [one for one in type(staging().open_store().assumptions).__dataclass_fields__ if _is_flag(one)][:1]
    for text, value in (("true", True), ("False", False)):
        assert getattr(staging(assumed=((name, text),)).open_store().assumptions, name) is value


def _is_flag(name: str) -> bool:
    return expected_of_assumption(name) == "true or false"


def test_why_a_search_was_cut_off_has_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def code(error: ExplorationError, cause: BaseException | None = None) -> int:
        error.__cause__ = cause
        return tell_cut_off(error)

    assert code(StoppedError("stopped")) == INTERRUPTED
    assert capsys.readouterr().err == "stopped: the report has what was found so far\n"
    assert code(ExplorationError("Misused.")) == MISUSED
    assert capsys.readouterr().err == "Error: Misused.\n"
    assert code(ExplorationError("x"), ValueError()) == MISUSED
    for reached, expected in ((True, MISUSED), (False, UNREACHED)):
        remote = RemoteError("gone")
        remote.reached = reached
        assert code(ExplorationError("x"), remote) == expected
    for reached, expected in ((True, WRONG), (False, UNREACHED)):
        silent = NoAnswerError("silent")
        silent.reached = reached
        assert code(silent) == expected


def test_all_scenarios_are_those_of_the_files_too(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[tuple[str, ...]] = []
    monkeypatch.setattr(story_candidates, "load_files", loaded.append)
    chosen_names([LEAVES], every=False, staging=staging(files=("mine.py",)))
    assert loaded == []
    chosen_names([], every=True, staging=staging(files=("mine.py",)))
    assert loaded == [("mine.py",)]
