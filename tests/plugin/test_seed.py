"""The seed of a test, and that it stays the same."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from steppay_mock import make_event
from steppay_mock.payload.chance import derive_seed

Run = Callable[..., pytest.RunResult]

# Every test tells its seed in a file of its own name: the output of workers is not shown.
TELLING = """
    import pytest
    from pathlib import Path

    @pytest.fixture(autouse=True)
    def tell(request, steppay_seed, steppay):
        yield
        body = steppay.event("payment.completed").body.hex()
        Path(f"{request.node.name}.seed").write_text(f"{steppay_seed} {body}")

    @pytest.mark.parametrize("number", range(6))
    def test_number(number):
        pass

    def test_marked_for_a_group():
        pass
"""


def seeds(pytester: pytest.Pytester) -> dict[str, str]:
    found = {path.stem: path.read_text(encoding="utf-8") for path in pytester.path.glob("*.seed")}
    for path in pytester.path.glob("*.seed"):
        path.unlink()
    return found


def test_seeds_derive_from_base_seed_and_node_id(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(test_it=TELLING)
    run().assert_outcomes(passed=7)
    first = seeds(pytester)
    assert first["test_number[3]"].split()[0] == str(derive_seed(0, "test_it.py::test_number[3]"))
    assert len({text.split()[0] for text in first.values()}) == 7
    run("--steppay-seed", "1").assert_outcomes(passed=7)
    assert not set(first.values()) & set(seeds(pytester).values())


def test_workers_in_any_order_and_a_selection_get_the_same_seeds(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(test_it=TELLING)
    run_apart().assert_outcomes(passed=7)
    expected = seeds(pytester)
    run_apart("-n", "2").assert_outcomes(passed=7)
    assert seeds(pytester) == expected
    result = run_apart("-p", "randomly", "-p", "no:xdist")
    result.stdout.fnmatch_lines(["Using --randomly-seed=*"])
    result.assert_outcomes(passed=7)
    assert seeds(pytester) == expected
    run_apart("test_it.py::test_number[4]").assert_outcomes(passed=1)
    assert seeds(pytester) == {"test_number[4]": expected["test_number[4]"]}


def test_groups_of_xdist_change_no_seed(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(
        test_it="""
        import pytest
        from pathlib import Path

        @pytest.mark.xdist_group("database")
        def test_it(steppay_seed):
            Path("one.seed").write_text(str(steppay_seed))
            assert False
        """
    )
    run_apart("-n", "1", "--dist", "loadgroup").stdout.fnmatch_lines(
        ["repeat: pytest test_it.py::test_it --steppay-seed 0"]
    )
    assert seeds(pytester) == {"one": str(derive_seed(0, "test_it.py::test_it"))}


def test_a_random_seed_is_drawn_once_for_all_workers(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makepyfile(test_it=TELLING)
    result = run_apart("-n", "2", "--steppay-seed", "random")
    result.assert_outcomes(passed=7)
    drawn = re.search(r"steppay-mock: seed (\d+)", result.stdout.str())
    assert drawn
    told = {name: text.split()[0] for name, text in seeds(pytester).items()}
    assert told == {name: str(derive_seed(int(drawn[1]), f"test_it.py::{name}")) for name in told}


def test_random_differs_from_run_to_run(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(): pass")
    headers = {run("--steppay-seed=random").stdout.lines[2] for _ in range(3)}
    assert len(headers) == 3
    assert all(re.fullmatch(r"steppay-mock: seed \d+", header) for header in headers)


def test_a_test_in_a_folder_has_its_seed_wherever_pytest_is_started(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]")
    folder = pytester.mkdir("sub")
    (folder / "test_it.py").write_text("def test_it(steppay_seed): print(steppay_seed); assert False", encoding="utf-8")
    expected = f"*{derive_seed(0, 'sub/test_it.py::test_it')}*"
    run().stdout.fnmatch_lines([expected, "repeat: pytest sub/test_it.py::test_it --steppay-seed 0"])
    monkeypatch.chdir(folder)
    run().stdout.fnmatch_lines([expected, "repeat: pytest test_it.py::test_it --steppay-seed 0"])


def test_the_marker_fixes_the_seed_outright(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.steppay(seed=7)
        @pytest.mark.parametrize("number", range(2))
        def test_it(steppay, steppay_seed, number):
            assert steppay_seed == 7
            assert steppay.event("order.created").body == {make_event("order.created", seed=7).body!r}
        """
    )
    run("--steppay-seed", "3").assert_outcomes(passed=2)


def test_calls_within_a_test_get_different_seeds_that_repeat(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        from pathlib import Path

        def test_it(steppay):
            made = [steppay.event("order.created").body.hex() for _ in range(3)]
            made += [event.body.hex() for event in steppay.events("order.created", n=2)]
            assert len(set(made)) == 5
            with Path("bodies").open("a") as file:
                print(*made, file=file)
        """
    )
    run().assert_outcomes(passed=1)
    run().assert_outcomes(passed=1)
    first, second = (pytester.path / "bodies").read_text(encoding="utf-8").splitlines()
    assert first == second


def test_a_seed_in_the_call_wins_and_takes_no_turn(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        f"""
        def test_it(steppay, steppay_seed):
            assert steppay.event("order.created", seed=7).body == {make_event("order.created", seed=7).body!r}
            assert steppay.event("order.created") == steppay.event("order.created", seed=steppay_seed)
        """
    )
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize("word", ["seven", "1.5", ""])
def test_a_seed_that_is_none_is_refused_at_the_start(run: Run, word: str) -> None:
    result = run(f"--steppay-seed={word}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"*argument --steppay-seed: '{word}' is no seed. Give a whole number such as 7, or random."]
    )


def test_a_seed_that_is_none_is_refused_in_the_ini_file_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nsteppay_seed = seven")
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: steppay_seed: 'seven' is no seed. Give a whole number such as 7, or random."])
