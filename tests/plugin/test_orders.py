"""A test proves that a receiver needs no order, and reports it in one line."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from steppay_mock.payload.chance import derive_seed

Run = Callable[..., pytest.RunResult]

STORY = "virtual-account-deposit"
PROOF = f"steppay.assert_order_independent('{STORY}', 'ledger:right', state=ledger.show, reset=ledger.reset)"
REFUTATION = PROOF.replace("right", "stale")
BOTH = f"""
    import ledger

    def test_right(steppay):
        {PROOF}

    def test_stale(steppay):
        {REFUTATION}
"""


def proofs(result: pytest.RunResult) -> list[str]:
    """The lines of the summary, without what differs from run to run."""
    lines = result.stdout.lines
    title = f"{' steppay-mock ':=^80}"
    if title not in lines:
        return []
    begin = lines.index(title) + 1
    end = next(place for place, line in enumerate(lines[begin:], begin) if line.startswith("==="))
    return [re.sub(r"\d+ deliveries, \d+ states, \d+\.\d+ s", "…", line) for line in lines[begin:end] if line]


@pytest.mark.usefixtures("ledger")
def test_each_proof_is_a_line_of_the_summary(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=BOTH)
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    right, stale = (
        derive_seed(derive_seed(0, f"test_it.py::test_{name}"), "exploration", 1) for name in ("right", "stale")
    )
    assert proofs(result) == [
        (
            "test_it.py::test_right: proved: all 720 orders of 6 events (2 with an effect) end the same, also with "
            f"each event repeated at every later place; …, seed {right}"
        ),
        f"test_it.py::test_stale: fails: stale overwrite; …, seed {stale}",
    ]


@pytest.mark.usefixtures("ledger")
def test_what_else_was_noticed_stands_below_the_line_with_v(pytester: pytest.Pytester, run: Run) -> None:
    test = f"import ledger\ndef test_it(steppay):\n    ledger.rows[1] = 'old'\n    {PROOF}"
    pytester.makepyfile(test_it=test)
    assert len(proofs(run())) == 1
    line, note = proofs(run("-v"))
    assert "test_it: proved" in line
    assert note == "  note: The receiver was not in its first state when the exploration began: reset= changed $[1]."


@pytest.mark.usefixtures("ledger")
def test_workers_tell_their_proofs_too(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(test_it=BOTH)
    pytester.makeini("[pytest]\npythonpath = .")
    spread = run_apart("-n", "2")
    spread.assert_outcomes(passed=1, failed=1)
    assert proofs(spread) == proofs(run_apart()) != []


@pytest.mark.usefixtures("ledger")
def test_quiet_runs_tell_failures_alone(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=BOTH)
    result = run("-q")
    assert proofs(result) == []
    result.stdout.fnmatch_lines(
        ["E  *OrderViolation: When event 3 arrives after event 5, *", "E *pytest * --steppay-replay sp1.*"]
    )


@pytest.mark.usefixtures("ledger")
def test_junit_files_keep_to_their_schema(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=BOTH)
    run("--junit-xml=report.xml").assert_outcomes(passed=1, failed=1)
    report = (pytester.path / "report.xml").read_text(encoding="utf-8")
    assert report.count("<testcase ") == 2
    assert "<propert" not in report


@pytest.mark.usefixtures("ledger")
def test_the_reason_stands_at_the_users_line(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=f"import ledger\ndef test_it(steppay):\n    {REFUTATION}")
    result = run()
    result.stdout.fnmatch_lines(
        [
            f">       {REFUTATION.replace('[', '[[]')}",
            "E  *OrderViolation: When event 3 arrives after event 5, *",
            "E       stale overwrite: *",
            "E         > *3 payment.standby *204 \\/ *5 payment.completed *204",
            "E         > *5 payment.completed *204 /\\ *3 payment.standby *204",
            "E       to replay it",
            "E         pytest test_it.py::test_it --steppay-seed 0 --steppay-replay sp1.*",
            "test_it.py:3: OrderViolation",
            "seed: 0; steppay_seed was *",
            "repeat: pytest test_it.py::test_it --steppay-seed 0",
            f"scenario: {STORY}(), 6 events, *",
        ]
    )
    for ours in ("door.py", "proving.py"):
        result.stdout.no_fnmatch_line(f"*{ours}*")


@pytest.mark.usefixtures("ledger")
def test_explore_asserts_nothing(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        f"""
        import ledger
        from steppay_mock import Counterexample, Exploration

        def test_it(steppay):
            found = steppay.explore("{STORY}", ledger.stale, state=ledger.show, reset=ledger.reset)
            assert isinstance(found, Exploration) and not found.ok
            assert isinstance(found.counterexample, Counterexample)
            assert found.counterexample.course == (4, 2)
        """
    )
    run().assert_outcomes(passed=1)


@pytest.mark.usefixtures("ledger")
def test_events_and_receivers_may_be_given_in_any_form(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        f"""
        import ledger
        import pytest

        PROBE = {{"state": ledger.show, "reset": ledger.reset}}

        def test_a_story(steppay):
            story = steppay.scenario("{STORY}", customer_id=42)
            found = steppay.assert_order_independent(story, ledger.right, **PROBE)
            assert found.name == "{STORY}"
            assert found.events == story.events

        def test_events_in_a_generator(steppay):
            events = (event for event in steppay.scenario("{STORY}"))
            assert steppay.assert_order_independent(events, ledger.right, **PROBE).coverage.orders == 720

        @pytest.mark.steppay(target="ledger:right")
        def test_the_target(steppay):
            steppay.assert_order_independent("{STORY}", **PROBE)

        def test_a_factory(steppay):
            def fresh():
                ledger.reset()
                return ledger.right

            steppay.assert_order_independent("{STORY}", fresh, state=ledger.show)
            steppay.assert_order_independent("{STORY}", "ledger:create_app", state=ledger.show)
        """
    )
    run().assert_outcomes(passed=4)


@pytest.mark.usefixtures("ledger")
def test_secret_path_and_story_follow_the_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        f"""
        import ledger
        import pytest
        from steppay_mock import scenario, verify

        @pytest.mark.steppay(secret="s3", path="/mine", locale="en_US", seed=7)
        def test_it(steppay):
            def app(environ, start_response):
                assert environ["PATH_INFO"] == "/mine"
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                verify(environ["HTTP_STEPPAY_SIGNATURE"], body, "s3")
                return ledger.take(body, start_response, is_right=True)

            found = steppay.assert_order_independent("{STORY}", app, state=ledger.show, reset=ledger.reset)
            assert found.coverage.refused == 0
            assert found.events == scenario("{STORY}", seed=7, locale="en_US").events
        """
    )
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize(("when", "verdict"), [("", "proved"), ("order.created", "fails")])
def test_a_receiver_that_reads_back_is_told_how_things_are_by_then(
    pytester: pytest.Pytester, run: Run, when: str, verdict: str
) -> None:
    pytester.makepyfile(
        f"""
        import json
        import requests

        statuses = {{}}

        def app(environ, start_response):
            payload = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            if payload["event"].startswith("{when}"):
                number = payload["data"]["id"]
                url = f"https://api.steppay.kr/api/v1/orders/{{number}}"
                answer = requests.get(url, headers={{"Secret-Token": "test_token"}}, timeout=5)
                answer.raise_for_status()
                statuses[number] = answer.json()["items"][0]["status"]
            start_response("204 No Content", [])
            return []

        def test_it(steppay, steppay_api):
            found = steppay.explore(
                "order-cancelled-before-payment", app, state=lambda: statuses, reset=statuses.clear
            )
            assert found.verdict == "{verdict}"
            assert {{call.status for call in steppay_api.calls}} == {{200}}
        """
    )
    run().assert_outcomes(passed=1)


@pytest.mark.usefixtures("ledger")
def test_two_explorations_of_a_test_have_seeds_of_their_own(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        f"""
        import ledger

        def test_it(steppay):
            probe = {{"state": ledger.show, "reset": ledger.reset}}
            first, second = (steppay.explore("{STORY}", ledger.right, **probe) for _ in range(2))
            assert first.coverage.seed != second.coverage.seed
            assert first.events != second.events
            assert steppay.explore("{STORY}", ledger.right, seed=5, **probe).coverage.seed == 5
        """
    )
    result = run()
    result.assert_outcomes(passed=1)
    assert len(proofs(result)) == 3


@pytest.mark.parametrize(
    ("given", "budget"),
    [
        ({}, 20_000),
        ({"ini": "steppay_budget = 900"}, 900),
        ({"ini": "steppay_budget = 900", "option": "--steppay-budget=800"}, 800),
        ({"ini": "steppay_budget = 900", "option": "--steppay-budget=800", "marker": "budget=700"}, 700),
        ({"option": "--steppay-budget=800", "marker": "budget=700", "call": "budget=600"}, 600),
        ({"marker": "budget=None"}, 20_000),
    ],
)
@pytest.mark.usefixtures("ledger")
def test_the_budget_is_that_of_call_marker_option_or_ini(
    pytester: pytest.Pytester, run: Run, given: dict[str, str], budget: int
) -> None:
    pytester.makeini(f"[pytest]\n{given.get('ini', '')}")
    pytester.makepyfile(
        f"""
        import ledger
        import pytest

        @pytest.mark.steppay({given.get("marker", "")})
        def test_it(steppay):
            budgets = set()
            probe = {{"state": ledger.show, "reset": ledger.reset, "losses": False}}
            probe["watch"] = lambda made, budget: budgets.add(budget)
            found = steppay.explore("{STORY}", ledger.right, **probe, {given.get("call", "")})
            assert found.verdict == "proved"
            assert budgets == {{{budget}}}
        """
    )
    run(*filter(None, [given.get("option")])).assert_outcomes(passed=1)


@pytest.mark.usefixtures("ledger")
def test_beyond_the_budget_the_line_says_what_is_covered(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=f"import ledger\ndef test_it(steppay):\n    {PROOF[:-1]}, strength=2)")
    result = run("--steppay-budget=30")
    result.assert_outcomes(passed=1)
    (line,) = proofs(result)
    assert line.startswith("test_it.py::test_it: covered: every order of any 2 of 6 events (2 with an effect), in ")


@pytest.mark.usefixtures("ledger")
def test_a_budget_of_the_command_line_is_repeated(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=f"import ledger\ndef test_it(steppay):\n    {REFUTATION}")
    run("--steppay-budget=500").stdout.fnmatch_lines(
        [
            "E         pytest test_it.py::test_it --steppay-seed 0 --steppay-budget 500 --steppay-replay sp1.*",
            "repeat: pytest test_it.py::test_it --steppay-seed 0 --steppay-budget 500",
        ],
    )


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("ending", "where"), [("", "E  *"), ("\n    assert found.ok, 'it is not'", "replay: ")], ids=["report", "section"]
)
def test_a_token_is_told_once(pytester: pytest.Pytester, run: Run, ending: str, where: str) -> None:
    call = REFUTATION.replace("assert_order_independent", "explore") if ending else REFUTATION
    pytester.makepyfile(test_it=f"import ledger\ndef test_it(steppay):\n    found = {call}{ending}")
    result = run()
    result.stdout.fnmatch_lines([f"{where}pytest test_it.py::test_it --steppay-seed 0 --steppay-replay sp1.*"])
    (token,) = re.findall(r"--steppay-replay (\S+)", result.stdout.str())
    assert result.stdout.str().count(token) == 1


@pytest.mark.parametrize("budget", ["0", "-5", "many", "1.5", ""])
def test_a_budget_that_is_none_is_wrong_usage(pytester: pytest.Pytester, run: Run, budget: str) -> None:
    told = f"*'{budget}' is no number of deliveries. Give one such as 5000."
    result = run(f"--steppay-budget={budget}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])
    if budget:
        pytester.makeini(f"[pytest]\nsteppay_budget = {budget}")
        result = run()
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"ERROR: steppay_budget: {told[1:]}"])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (PROOF.replace("ledger.show", "dict"), "*vacuous: nothing was tested, so nothing is proved."),
        (PROOF.replace("reset)", "reset, path='/other')"), "*vacuous: *"),
        (PROOF.replace(f"'{STORY}'", "steppay.events('order.created')"), "*vacuous: *"),
        (PROOF.replace("reset=", "rest="), "*SteppayMockError: explore() has no option 'rest'. Did you mean 'reset'?*"),
        (PROOF.replace("'ledger:right'", "None"), "*SteppayMockError: There is no receiver to deliver to. *"),
        (PROOF.replace(", reset=ledger.reset", ""), "*SteppayMockError: *each begins with the same state.*"),
        (PROOF.replace("virtual-account", "virtual-acount"), "*SteppayMockError: *Did you mean 'virtual-account-d*"),
        (PROOF.replace("ledger.show", "ledger.broken"), "*ExplorationError: state= raised KeyError: *'rows'*"),
    ],
    ids=["probe", "refused", "one", "option", "receiver", "reset", "scenario", "raises"],
)
@pytest.mark.usefixtures("ledger")
def test_what_proves_nothing_fails_at_the_users_line(pytester: pytest.Pytester, run: Run, call: str, told: str) -> None:
    pytester.makepyfile(test_it=f"import ledger\ndef test_it(steppay):\n    {call}")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E  {told}", "test_it.py:3: *"])
    result.stdout.no_fnmatch_line("*door.py*")


@pytest.mark.parametrize(
    "method", ["explore", "assert_order_independent", "explore_async", "assert_order_independent_async"]
)
@pytest.mark.parametrize(
    ("given", "corrected"),
    [
        ("ledger.right, 'invoice-paid'", "'invoice-paid', app"),
        ("'ledger:right', 'invoice-paid'", "'invoice-paid', 'ledger:right'"),
        ("'http://localhost:8000', []", "events, 'http://localhost:8000'"),
        ("'http://localhost:8000'", "events, 'http://localhost:8000'"),
    ],
    ids=["app", "reference", "url", "alone"],
)
@pytest.mark.usefixtures("ledger")
def test_swapped_arguments_get_the_corrected_call(
    pytester: pytest.Pytester, run: Run, method: str, given: str, corrected: str
) -> None:
    is_async = method.endswith("_async")
    call = f"steppay.{method}({given}, state=dict, reset=dict)"
    pytester.makepyfile(
        f"""
        import asyncio, ledger

        async def wait(made):
            return await made

        def test_it(steppay):
            {f"asyncio.run(wait({call}))" if is_async else call}
        """
    )
    told = f"Are events and receiver swapped? The events come first. Write {'await ' * is_async}steppay.{method}"
    run().stdout.fnmatch_lines([f"E *SteppayMockError: {told}({corrected}, state=...)"])


@pytest.mark.usefixtures("ledger")
def test_the_secret_is_in_no_line_of_ours(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        test_it=f"""
        import ledger

        def probe():
            raise RuntimeError("whsec_do_not_" + "tell")

        def test_it(steppay):
            steppay.explore("{STORY}", ledger.right, state=probe, reset=ledger.reset)
        """
    )
    result = run("--steppay-secret=whsec_do_not_tell")
    [line] = proofs(result)
    assert line.startswith("test_it.py::test_it: unfinished: state= raised RuntimeError: ********")
