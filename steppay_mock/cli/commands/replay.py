"""``steppay-mock replay``: delivers a counterexample again and tells whether it still fails."""

from __future__ import annotations

import click

from steppay_mock.cli.exit_codes import WRONG
from steppay_mock.cli.options.epilog import epilog
from steppay_mock.cli.options.probe import Probing, probing_options
from steppay_mock.cli.options.scenario import files_option, load_files
from steppay_mock.cli.options.served_api import ServedApi, served_api_options
from steppay_mock.cli.show.terminal import say, write_text
from steppay_mock.ordering.face import speaking


@click.command(
    "replay",
    epilog=epilog(
        "steppay-mock replay sp1.eNptj... --to http://localhost:8000 --state-url http://localhost:8000/test/state "
        "--reset-url http://localhost:8000/test/reset",
        exit_codes="0 it is fixed, 1 it still fails, 2 it cannot be replayed, 3 the receiver was not reached.",
    ),
)
@click.argument("token", metavar="TOKEN")
@probing_options
@served_api_options
@files_option()
@click.pass_context
def command(ctx: click.Context, *, token: str, probing: Probing, served_api: ServedApi, files: tuple[str, ...]) -> None:
    """Deliver a counterexample again and tell whether it still fails.

    `explore`, or a failing test, shows the TOKEN of a counterexample. The token makes the same events again on any day
    and any machine. A scenario of your own needs --from. Pass the same --ignore as in the search.
    """
    from steppay_mock.cli.show.exploration import tell_cut_off
    from steppay_mock.ordering.failure import ExplorationError
    from steppay_mock.ordering.replay import make_again, replay
    from steppay_mock.ordering.token import read_token

    receiver, options = probing.open()
    served_api.check(fresh=options["fresh"])
    load_files(files)
    served_api = served_api.settled()
    with speaking(probing.face(files=files, also=served_api.words)):
        story = make_again(read_token(token).source)
        try:
            with served_api.serving(story.store) as api:
                found = replay(token, receiver, events=story, **api, **options)
        except ExplorationError as error:
            ctx.exit(tell_cut_off(error))
        write_text(found.report())
    say("fixed" if found.ok else "it still fails")
    ctx.exit(0 if found.ok else WRONG)
