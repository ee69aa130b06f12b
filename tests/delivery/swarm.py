"""Locust in a process of its own: imported here, it would put gevent's sockets in the place of Python's for all."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent
from typing import Any

_BEGIN = """
from steppay_mock.delivery.locust import StepPayUser
import json
import os
import sys
import gevent.event
import locust
from locust.env import Environment

told = {"seen": [], "errors": []}
shown = told["shown"] = []


def run(kind, users=1, environment=None):
    # Until each user has made its deliveries; what listeners are told and what Locust keeps is in `told`.
    environment = environment or Environment(user_classes=[kind], events=locust.events)
    done, runner = gevent.event.Event(), environment.runner or environment.create_local_runner()
    counted = []

    def listen(**request):
        counted.append(request["name"])
        shown.append(repr(request) + str(request["exception"]) + repr(vars(request["exception"] or Exception())))
        if len(counted) == kind.limit * users:
            done.set()

    environment.events.request.add_listener(listen)
    runner.start(users, spawn_rate=users, wait=False)
    assert done.wait(timeout=30), counted
    runner.stop()
    environment.events.request.remove_listener(listen)
    told["seen"].append(counted)
    told["rows"] = {name: entry.num_requests for (name, _), entry in environment.stats.entries.items()}
    told["errors"] += [error.to_name() for error in environment.stats.errors.values()]
    return environment

"""
# Older gevents complain on their way out, of nothing that was done here.
_END = "\nprint(json.dumps(told), flush=True)\nos._exit(0)\n"


def swarm(script: str, *arguments: str, **environment: str) -> Any:
    """What the script, which has ``StepPayUser`` and ``run``, leaves in ``told``; warnings are errors in it."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _BEGIN + dedent(script) + _END, *arguments],
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)
