"""The command of ``make mutants``: draws mutants, runs the tests that cover them, and shows which were noticed."""

import json
import os
import queue
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import click
from mutants.covering import Covering, load_covering
from mutants.equivalent import Equivalent, read_equivalents
from mutants.mutant import Mutant
from mutants.near import Near, load_near
from mutants.report import as_dicts, noticed_share, show_trials
from mutants.sample import changed_lines, draw, package_files, room_of
from mutants.trial import Copy, Outcome, Trial, UnsoundTestsError
from repository.test_house_rules import tracked
from rich.console import Console
from rich.progress import track

ROOT = Path(__file__).parents[2]


@click.command()
@click.option(
    "--room",
    default="",
    callback=lambda _context, _option, room: (room.rstrip("/") or room).removeprefix("steppay_mock/"),
    help="Only this folder of the package, such as ordering/report.",
)
@click.option("--sample", type=click.IntRange(min=1), default=100, show_default=True, help="How many mutants.")
@click.option("--seed", default=1, show_default=True, help="Which ones.")
@click.option("--since", metavar="REVISION", help="Only lines that changed since this revision of git.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, show_default=True, help="How many at a time."
)
@click.option(
    "--budget", type=click.FloatRange(min=1), default=45.0, show_default=True, help="Seconds of tests for one mutant."
)
@click.option("--stale", is_flag=True, help="Use what is known of the tests though files have changed since.")
@click.option("--near", is_flag=True, help="Run the test files of near.json, without learning which test runs what.")
@click.option("--json", "as_json", is_flag=True, help="Print all trials as JSON in place of the table.")
@click.option("--fail-under", type=click.IntRange(0, 100), default=0, help="Exit 1 if fewer of a hundred are noticed.")
def main(
    *,
    room: str,
    sample: int,
    seed: int,
    since: str | None,
    jobs: int,
    budget: float,
    stale: bool,
    near: bool,
    as_json: bool,
    fail_under: int,
) -> None:
    """Draw mutants of the package by a seed, and say which of them the tests notice.

    A mutant is a file with one small mistake. Only the tests that cover its line are run.
    """
    files = package_files(ROOT, room)
    if not files:
        raise click.UsageError(
            f"There is no room {room!r}. Name a folder of steppay_mock, at most two deep, or plugin. There are: "
            f"{', '.join(rooms())}."
        )
    try:
        only = None if since is None else changed_lines(ROOT, since)
    except LookupError:
        raise click.UsageError(
            f"git knows no revision {since!r} here. Name one of git log, such as HEAD~3, or fetch more of the history."
        ) from None
    drawn = draw(ROOT, files if only is None else sorted(only.keys() & set(files)), size=sample, seed=seed, only=only)
    if not drawn:
        click.echo("[]" if as_json else "No line that a mutant could change.")
        return
    covering = load_near() if near else load_covering(ROOT, ROOT / ".mutants", stale=stale)
    known = read_equivalents()
    jobs = min(jobs, len(drawn))  # each has a copy of the project
    terminal = Console(stderr=True)
    with _copies(jobs) as copies, ThreadPoolExecutor(jobs) as pool:
        try:
            _check_without_a_mutant(copies, covering, drawn[: 3 if near else 10])
            trials = pool.map(lambda mutant: _try(mutant, covering, known, copies, budget=budget), drawn)
            done = list(
                track(trials, "Trying mutants", total=len(drawn), console=terminal, disable=not terminal.is_terminal)
            )
        except UnsoundTestsError as error:
            raise click.ClickException(
                f"Tests do not pass in a copy of the project without any mutant. {error}"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # those that wait; of an error or a Ctrl-C
    if as_json:
        click.echo(json.dumps(as_dicts(done), ensure_ascii=False, indent=1))
    else:
        show_trials(Console(width=None if sys.stdout.isatty() else 110), done, near=near)
    share = noticed_share(done)
    if share is not None and share < fail_under:
        click.echo(
            f"{int(share * 10) / 10} of a hundred were noticed, expected {fail_under}. "
            "Write tests that notice the rest.",
            err=True,
        )
        sys.exit(1)


def rooms() -> list[str]:
    """The folders of the package that --room knows."""
    found = {room_of(path) for path in package_files(ROOT)}
    return sorted(found | {room.partition("/")[0] for room in found})


@contextmanager
def _copies(jobs: int) -> Iterator["queue.Queue[Copy]"]:
    files = tracked()
    made: list[Future[Copy]] = []
    free: queue.Queue[Copy] = queue.Queue()
    try:
        with ThreadPoolExecutor(jobs) as pool:  # which waits for them after a Ctrl-C too
            made.extend(pool.submit(Copy, ROOT, files) for _ in range(jobs))
        for one in made:
            free.put(one.result())
        yield free
    finally:
        for one in made:
            if one.exception() is None:
                one.result().remove()


def _check_without_a_mutant(copies: "queue.Queue[Copy]", covering: Covering | Near, drawn: Sequence[Mutant]) -> None:
    """Run a part of the tests in a copy as it is, so that a run that can say nothing ends at once."""
    tests = {test for mutant in drawn for test in covering.tests_of(mutant.path, mutant.lines, budget=5)}
    copy = copies.get()
    try:
        if tests:
            copy.check(sorted(tests), seconds=covering.seconds_of(tests))
    finally:
        copies.put(copy)


def _try(
    mutant: Mutant,
    covering: Covering | Near,
    known: Sequence[Equivalent],
    copies: "queue.Queue[Copy]",
    *,
    budget: float,
) -> Trial:
    before, after = mutant.change((ROOT / mutant.path).read_text(encoding="utf-8"))
    if any(one.is_of(mutant, before=before, after=after) for one in known):
        return Trial(mutant, before, after, Outcome.EQUIVALENT)
    copy = copies.get()
    try:
        tests = covering.tests_of(mutant.path, mutant.lines, budget=budget)
        outcome = copy.try_mutant(mutant, tests, seconds=covering.seconds_of(tests))
    finally:
        copies.put(copy)
    return Trial(mutant, before, after, outcome, len(tests))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the copies are removed then too, as after a Ctrl-C
    main()
