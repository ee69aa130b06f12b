"""The mutation run says of a made-up project what is true of it."""

import subprocess
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from cosmic_ray.mutating import mutate_code
from mutants.__main__ import main
from mutants.covering import load_covering
from mutants.equivalent import Equivalent, read_equivalents
from mutants.mutant import Mutant, list_mutants
from mutants.near import choose_files, load_near
from mutants.operators import all_operators
from mutants.report import noticed_share, show_trials
from mutants.sample import changed_lines, draw, package_files, room_of
from mutants.trial import Copy, Outcome, Trial, UnsoundTestsError
from repository.source_tree import ROOT, make_tree
from rich.console import Console

SHOP = """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = 3


def is_large(count: int | None = None) -> bool | None:
    if (
        count is None
        or count < LIMIT
    ):
        return False
    return count > 0


def never_called(kind: str, /, *names: str) -> None:
    raise ValueError(*names)
"""
TESTS = """
import subprocess
import sys

from steppay_mock.shop import is_large


def test_three_is_large():
    assert is_large(3)


def test_two_is_not():
    assert not is_large(2)


def test_nothing_is_not_in_a_process_of_its_own():
    code = "from steppay_mock.shop import is_large; raise SystemExit(bool(is_large(None)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = {"steppay_mock/__init__.py": "", "steppay_mock/shop.py": SHOP, "tests/shop/test_shop.py": TESTS}
    settings = '[tool.pytest.ini_options]\nmarkers = ["wheel", "hunt", "exhaustive"]\naddopts = ["-p", "no:steppay"]\n'
    return make_tree(tmp_path, {**files, "pytest_plugin/pytest_steppay/__init__.py": "", "pyproject.toml": settings})


def changes(root: Path) -> dict[tuple[str, str], Mutant]:
    return {mutant.change(SHOP): mutant for mutant in list_mutants(root, "steppay_mock/shop.py")}


@pytest.mark.parametrize("operator", all_operators().values(), ids=all_operators())
def test_an_operator_does_what_its_example_says(operator: object) -> None:
    examples = operator.examples()  # type: ignore[attr-defined]
    assert examples
    for example in examples:
        mutated = mutate_code(example.pre_mutation_code, operator, example.occurrence)
        assert "".join(mutated.split()) == "".join(example.post_mutation_code.split())


def test_the_mutants_of_a_file_are_its_conditions_numbers_and_statements_and_no_annotation(shop: Path) -> None:
    assert set(changes(shop)) == {
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 2"),
        ("if (", "if not ("),
        ("count is None", "count is not None"),
        ("or count < LIMIT", "and count < LIMIT"),
        ("or count < LIMIT", "or count <= LIMIT"),
        ("or count < LIMIT", "or count >= LIMIT"),
        ("return False", "return True"),
        ("return count > 0", "return count >= 0"),
        ("return count > 0", "return count <= 0"),
        ("return count > 0", "return count > 1"),
        ("return count > 0", "return count > -1"),
        ("return count > 0", "return None"),
        ("raise ValueError(*names)", "pass"),
    }


def test_every_mutant_of_the_package_is_a_file_that_python_reads() -> None:
    path = "steppay_mock/wire/shown_url.py"
    original = (ROOT / path).read_text(encoding="utf-8")
    mutants = list_mutants(ROOT, path)
    assert len(mutants) > 20
    for mutant in mutants:
        source = mutant.source(original)
        assert source != original
        compile(source, path, "exec")


def test_the_lines_of_a_place_are_those_of_its_statement(shop: Path) -> None:
    lines = {change: (mutant.lines.start, mutant.lines.stop - 1) for change, mutant in changes(shop).items()}
    assert lines["LIMIT = 3", "LIMIT = 4"] == (7, 7)
    assert lines["count is None", "count is not None"] == (11, 14)
    assert lines["return count > 0", "return None"] == (16, 16)


def test_the_same_seed_draws_the_same_mutants_and_a_place_is_drawn_once(shop: Path) -> None:
    files = package_files(shop)
    assert files == ["steppay_mock/__init__.py", "steppay_mock/shop.py", "pytest_plugin/pytest_steppay/__init__.py"]
    drawn = [draw(shop, files, size=6, seed=seed, only=None) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    all_places = draw(shop, files, size=999, seed=1, only=None)
    assert len(all_places) == len({(one.position, one.family) for one in all_places}) == 10


def test_a_room_is_a_folder_at_most_two_deep() -> None:
    assert room_of("steppay_mock/values.py") == "steppay_mock"
    assert room_of("steppay_mock/delivery/http/raw/send.py") == "delivery/http"
    assert room_of("pytest_plugin/pytest_steppay/plugin.py") == "plugin"
    assert package_files(ROOT, "nowhere") == package_files(ROOT, "order") == []
    assert {room_of(path).split("/")[0] for path in package_files(ROOT, "ordering")} == {"ordering"}


def test_only_lines_that_changed_since_a_revision(shop: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=shop, check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    assert changed_lines(shop, "HEAD") == {}
    (shop / "steppay_mock/shop.py").write_text(SHOP.replace("LIMIT = 3", "LIMIT = 4"), encoding="utf-8")
    only = changed_lines(shop, "HEAD")
    assert only == {"steppay_mock/shop.py": {7}}
    drawn = draw(shop, package_files(shop), size=9, seed=1, only=only)
    assert [mutant.place for mutant in drawn] == ["steppay_mock/shop.py:7"]
    git("config", "diff.mnemonicPrefix", "true")
    assert changed_lines(shop, "HEAD") == only
    (shop / "steppay_mock/till.py").write_text("OPEN = True\n", encoding="utf-8")
    assert changed_lines(shop, "HEAD") == {**only, "steppay_mock/till.py": {1}}, "a file that git does not know yet"
    for wrong in ("HEAD~9", "HEAD..HEAD", "", "--output=here"):
        with pytest.raises(LookupError):
            changed_lines(shop, wrong)


@pytest.mark.exhaustive
def test_a_mutant_is_noticed_alive_or_on_a_line_that_no_test_runs(shop: Path, tmp_path: Path) -> None:
    covering = load_covering(shop, tmp_path / ".mutants", stale=False)
    found = changes(shop)
    copy = Copy(shop, [path for path in shop.rglob("*") if path.is_file() and ".mutants" not in path.parts])

    def outcome(before: str, after: str) -> tuple[Outcome, list[str]]:
        mutant = found[before, after]
        tests = covering.tests_of(mutant.path, mutant.lines, budget=60)
        names = [test.rpartition("::")[2] for test in tests]
        return copy.try_mutant(mutant, tests, seconds=1), sorted(names)

    assert choose_files(covering, "steppay_mock/shop.py") == ["tests/shop/test_shop.py"]
    everyone = ["test_nothing_is_not_in_a_process_of_its_own", "test_three_is_large", "test_two_is_not"]
    try:
        assert outcome("return count > 0", "return None") == (Outcome.NOTICED, ["test_three_is_large"])
        assert outcome("return count > 0", "return count > 1") == (Outcome.ALIVE, ["test_three_is_large"])
        assert outcome("count is None", "count is not None") == (Outcome.NOTICED, everyone)
        assert outcome("raise ValueError(*names)", "pass") == (Outcome.UNCOVERED, [])
        original = (copy.root / "steppay_mock/shop.py").read_text(encoding="utf-8")
        assert original == SHOP, "a mutant was left in the copy"
    finally:
        copy.remove()


@pytest.mark.exhaustive
def test_a_failure_says_something_only_of_a_test_that_passes_without_the_mutant(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "\ndef test_red():\n    assert is_large(1)\n\n@pytest.mark.hunt\ndef test_long():\n    assert 0\n"
    (shop / "tests/shop/test_broken.py").write_text("import pytest\n" + TESTS + broken, encoding="utf-8")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")  # of the user's own runs
    copy = Copy(shop, [path for path in shop.rglob("*") if path.is_file()])
    found = changes(shop)
    files = ["tests/shop/test_shop.py", "tests/shop/test_broken.py"]
    alive, noticed = found["return count > 0", "return count > 1"], found["return count > 0", "return None"]
    try:
        assert copy.try_mutant(alive, ["tests/shop/test_shop.py"], seconds=1) is Outcome.ALIVE
        assert copy.try_mutant(noticed, ["tests/shop/test_broken.py"], seconds=1) is Outcome.NOTICED
        for one in (lambda: copy.try_mutant(alive, files, seconds=1), lambda: copy.check(files, seconds=1)):
            with pytest.raises(
                UnsoundTestsError, match=r"These fail: tests/shop/test_broken.py::test_red\. Run make test"
            ):
                one()
        (copy.root / "tests/shop/test_broken.py").write_text("import time; time.sleep(99)", encoding="utf-8")
        with pytest.raises(UnsoundTestsError, match=r"These did not end in 0 s: tests/shop/test_broken.py\. Is"):
            copy.check(files[1:], seconds=-10)
    finally:
        copy.remove()


def test_the_test_files_near_a_file_are_there_and_run_it() -> None:
    near = load_near()
    files = package_files(ROOT)
    assert len(near.files.keys() & set(files)) > 0.9 * len(files), "run make mutants, then python -m mutants.near"
    for path, chosen in near.files.items():
        assert all((ROOT / file).is_file() for file in chosen), f"{path}: make near.json again"
    assert "tests/wire/test_signature.py" in near.tests_of("steppay_mock/wire/signature.py", [1], budget=1)


def test_a_mutant_without_a_test_is_told_and_counts_as_not_noticed(shop: Path) -> None:
    mutants = list(changes(shop).values())
    outcomes = [Outcome.NOTICED, Outcome.TIMED_OUT, Outcome.ALIVE, Outcome.UNCOVERED, Outcome.EQUIVALENT]
    trials = [Trial(mutant, "a", "b", outcome) for mutant, outcome in zip(mutants, outcomes, strict=False)]
    assert noticed_share(trials) == 50
    assert noticed_share(trials[-1:]) is None


def test_a_survivor_is_shown_as_it_is_written_with_its_function_and_what_passed(shop: Path) -> None:
    mutant = changes(shop)["return False", "return True"]
    trials = [Trial(mutant, "a[b:x:c]", "a[b]", Outcome.ALIVE, 1), Trial(mutant, "a", "b", Outcome.UNCOVERED)]
    told = {False: ("1 test passed", "no test runs this line"), True: ("1 test file passed", "near.json names no test")}
    for near, words in told.items():
        shown = Console(file=StringIO(), width=110)
        show_trials(shown, trials, near=near)
        text = shown.file.getvalue()  # type: ignore[attr-defined]
        assert "steppay_mock/shop.py:15 in is_large  ReplaceFalseWithTrue, " in text
        assert "  - a[b:x:c]\n  + a[b]\n" in text
        assert all(word in text for word in words)


@pytest.mark.parametrize(
    ("option", "wrong", "told"),
    [
        ("--room", "ordring", "There is no room 'ordring'. Name a folder of steppay_mock"),
        ("--room", "delivery/http/raw", "at most two deep, or plugin. There are: cli,"),
        ("--room", "/", "There is no room '/'."),
        ("--sample", "0", "0 is not in the range x>=1."),
        ("--jobs", "-1", "-1 is not in the range x>=1."),
        ("--budget", "0", "0.0 is not in the range x>=1."),
        ("--fail-under", "101", "101 is not in the range 0<=x<=100."),
        ("--fail-under", "nan", "'nan' is not a valid integer"),
        ("--since", "no-such", "git knows no revision 'no-such' here. Name one of git log, such as HEAD~3"),
        ("--since", "", "git knows no revision ''"),
    ],
)
def test_a_wrong_option_is_told(option: str, wrong: str, told: str) -> None:
    result = CliRunner().invoke(main, [option, wrong])
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_one_that_is_alive_is_never_rounded_away() -> None:
    mutant = list_mutants(ROOT, "steppay_mock/wire/real_time.py")[0]
    trials = [Trial(mutant, "a", "b", Outcome.NOTICED)] * 299 + [Trial(mutant, "a", "b", Outcome.ALIVE)]
    shown = Console(file=StringIO(), width=110)
    show_trials(shown, trials)
    assert "99" in shown.file.getvalue()  # type: ignore[attr-defined]
    assert "100" not in shown.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.exhaustive
def test_each_equivalent_mutant_is_one_that_could_be_drawn_and_says_why() -> None:
    known = read_equivalents()
    assert known
    for file in {one.file for one in known}:
        original = (ROOT / file).read_text(encoding="utf-8")
        lines = [line.strip() for line in original.splitlines()]
        mutants = list_mutants(ROOT, file)
        for one in known:
            if one.file == file:
                # Making a mutant parses the whole file, so only those of the line are made.
                near = [mutant for mutant in mutants if one.before in _picked(lines, mutant.lines)]
                inside = [mutant for mutant in near if mutant.within == one.within]
                found = [mutant.place for mutant in inside if mutant.change(original) == (one.before, one.after)]
                assert len(found) == 1, f"{len(found)} mutants of {file} are {one}. Name one of today, or remove it."
                assert len(one.why.split()) > 3


def _picked(lines: list[str], numbers: range) -> list[str]:
    return lines[numbers.start - 1 : numbers.stop - 1]


def test_an_equivalent_mutant_is_that_of_its_function_alone(shop: Path) -> None:
    mutant = changes(shop)["return False", "return True"]
    entry = Equivalent(mutant.path, "is_large", "return False", "return True", why="nobody asks")
    assert entry.is_of(mutant, before="return False", after="return True")
    assert not replace(entry, within="is_small").is_of(mutant, before="return False", after="return True")
    assert not entry.is_of(mutant, before="return False", after="return None")
