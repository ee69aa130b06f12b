"""The command of ``make judge``: tries flawed and right receivers, and says what the scorecard sees of them."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import click
from judge.kept import RESULTS, differences, merged, read_results, write_results
from judge.member import GROUPS
from judge.page import PAGE, write_page
from judge.reasons import equivalent_changes, stale
from judge.sample import draw, members_of
from judge.tables import show
from judge.trying import try_all
from rich.console import Console
from rich.progress import track

_A_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--only", multiple=True, type=click.Choice(GROUPS), help="Only this group; may be given again.")
@click.option("--name", default="*", metavar="PATTERN", help="Only members of such names, such as 'Reads*'.")
@click.option("--sample", type=click.IntRange(min=1), help="So many members, of each group a part. Without it: all.")
@click.option("--seed", default=1, show_default=True, help="Which ones.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, show_default=True, help="How many at a time."
)
@click.option("--check", is_flag=True, help="Compare with the kept results; exit 1 if anything differs.")
@click.option("--write", is_flag=True, help="Keep the results, and write docs/judge.md.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON in place of the tables.")
@click.option("--results", type=_A_PATH, default=RESULTS, help="The file of the kept results.")
@click.option("--page", type=_A_PATH, default=PAGE, help="The page that --write writes.")
def main(
    *,
    only: tuple[str, ...],
    name: str,
    sample: int | None,
    seed: int,
    jobs: int,
    check: bool,
    write: bool,
    as_json: bool,
    results: Path,
    page: Path,
) -> None:
    """Try receivers whose flaw is known, and right ones, and count what the scorecard says of them."""
    if write and (sample is not None or check):
        raise click.UsageError("--write keeps what was found, of all members: leave out --sample and --check.")
    everyone = members_of(GROUPS)
    chosen = members_of(only or GROUPS, name)
    if not chosen:
        raise click.UsageError(f"No member has such a name: {name}. Give a pattern such as 'Reads*'.")
    if sample is not None:
        chosen = draw(chosen, size=sample, seed=seed)
    if check and not results.exists():
        raise click.UsageError(f"There are no kept results in {results}. Write them: make judge WRITE=1.")
    terminal = Console(stderr=True)
    tried = try_all(chosen, jobs=min(jobs, len(chosen)))
    fresh = list(track(tried, "Trying members", total=len(chosen), console=terminal, disable=not terminal.is_terminal))
    if failures := [f"{one.group}/{one.name} has {one.failure}" for one in fresh if one.failure]:
        raise click.ClickException("\n".join(failures))
    kept = read_results(results) if results.exists() else {}
    if write:
        write_results(results, merged(kept, fresh, everyone))
        write_page(page, list(read_results(results).values()))
        for one in stale(read_results(results).values()) if results == RESULTS else ():
            click.echo(f"unseen.toml or equivalent.toml names what is seen, or is gone: {one}", err=True)
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in fresh], ensure_ascii=False, indent=1))
    else:
        show(Console(width=None if sys.stdout.isatty() else 110), fresh, equivalent_changes())
    told = differences(kept, fresh, everyone) if check else []
    if told:
        click.echo("\n".join([*told, "If that was meant: make judge WRITE=1, and commit the results."]), err=True)
        sys.exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
