"""The page of load says what the user of Locust does, and its commands do it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from ast import literal_eval
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

import pytest
from delivery.counting import Counting, counting
from delivery.swarm import swarm
from docs.pages import ROOT, blocks_of, code_in, rows, section

from steppay_mock import verify
from steppay_mock.delivery.load import iter_load, read_mix, seed_of_user
from steppay_mock.wire.headers import request_headers

FILE, OWN_ROUNDS = [block.text for block in blocks_of("load") if block.language == "python"]
ALONE, MASTER, WORKER = [block.text for block in blocks_of("load") if block.language == "sh"]
TABLE = [row for row in rows(section("load", "A locustfile")) if len(row) == 3]
SECRET = "whsec_of_all_machines"
ROW = re.compile(r"^POST +(\S+) +(\d+) +(\d+)\(", re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A reader's folder, with the locustfile of the page."""
    (tmp_path / "locustfile.py").write_text(FILE, encoding="utf-8")
    return tmp_path


@contextmanager
def typed(command: str, folder: Path, *, receiver: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """A command of the page, with the secret in its environment; the ports of the page are free ones."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", f"exec {command.replace('5557', str(port))}"],
        cwd=folder,
        env={**os.environ, "PATH": path, "STEPPAY_WEBHOOK_SECRET": SECRET, "LOCUST_HOST": receiver},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def expected(worker: int, number: int) -> list[tuple[str, bytes]]:
    """The trace id and the body of each delivery of that user."""
    mix = read_mix(
        ["order.created", "payment.completed", "customer.updated"],
        ["refund-in-full", "subscription-renewal-fails-then-recovers"],
    )
    seed = seed_of_user(7, kind="Shop", worker=worker, number=number)
    load = islice(iter_load(mix.make, seed=seed, order="shuffled", duplicates=0.1), 40)
    return [
        (request_headers(b"", trace_seed=(seed << 32) + at)["x-b3-traceid"], event.body)
        for at, event in enumerate(load)
    ]


@pytest.mark.extra("locust")
@pytest.mark.exhaustive
def test_a_master_and_two_workers_deliver_what_the_seed_says_count_it_and_end(folder: Path, free_port: int) -> None:
    with counting(Counting()) as receiver, ExitStack() as stack:
        to = receiver.url.removesuffix("/hook")
        commands = (MASTER, WORKER, WORKER)
        master, *workers = [
            stack.enter_context(typed(command, folder, receiver=to, port=free_port)) for command in commands
        ]
        printed = [process.communicate(timeout=60)[0] for process in (master, *workers)]
    assert [process.returncode for process in (master, *workers)] == [0, 0, 0], printed
    got = [(re.findall(rb"x-b3-traceid: (\w+)", one.head)[0].decode(), one.body) for one in receiver.got]
    users = [expected(worker, number) for worker in range(2) for number in range(2)]
    assert Counter(got) == Counter(one for user in users for one in user)
    for user in users:
        assert [one for one in got if one in user] == user
    for one in receiver.got:
        verify(one.signature, one.body, SECRET)
    types = Counter(re.findall(rb'"event": *"([^"]+)"', body)[0].decode() for _, body in got)
    final = printed[0].rpartition("Shutting down")[2]
    assert {kind: (int(count), int(failed)) for kind, count, failed in ROW.findall(final)} == {
        kind: (count, 0) for kind, count in types.items()
    }
    assert SECRET not in "".join(printed)


@pytest.mark.extra("locust")
def test_the_locustfile_is_the_example_and_the_other_rounds_are_made() -> None:
    assert (ROOT / "examples" / "locustfile.py").read_text(encoding="utf-8") == FILE
    with counting(Counting()) as receiver:
        swarm(f"{OWN_ROUNDS}\nPatient.host, Patient.limit = sys.argv[1], 3\nrun(Patient)\n", receiver.url)
    assert len(receiver.got) == 3


def test_the_command_for_one_machine_is_that_of_the_master_without_what_is_about_workers() -> None:
    alone, master = (re.sub(r"\s+\\?\s*", " ", command).split(" --") for command in (ALONE, MASTER))
    about_workers = [option for option in master if option not in alone]
    assert [option.split()[0] for option in about_workers] == [
        *("master", "master-bind-host", "master-bind-port", "expect-workers")
    ]
    assert set(alone) < set(master)


@pytest.mark.extra("locust")
def test_the_table_of_the_attributes_is_complete_and_its_defaults_are_right() -> None:
    told = swarm(
        """
        from locust import User

        own = {name: value for name, value in vars(StepPayUser).items() if name not in {"abstract", "tasks"}}
        told["defaults"] = {"host": None, **{name: own[name] for name in own if not callable(own[name])}}
        """
    )
    stated = {code_in(name)[0]: literal_eval(default.strip("`")) for name, default, _ in TABLE}
    defaults = {name: value for name, value in told["defaults"].items() if not name.startswith("_")}
    assert {name: list(value) if value == () else value for name, value in stated.items()} == defaults
