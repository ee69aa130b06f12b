"""The frames of Celery in tests: tasks that run at once (``task_always_eager``), and tasks that nobody runs."""

from __future__ import annotations

import sys
from typing import Any

_EAGER = (
    "Celery ran the receiver's tasks at once, within the delivery (task_always_eager). In production a worker runs "
    "them later, and other deliveries come in between: to prove that, start a worker "
    "(celery.contrib.testing.worker.start_worker) and pass settle=."
)


class CeleryFrame:
    """Notices which tasks of a delivery ran at once, and how many are left in a broker in memory."""

    def __init__(self) -> None:
        self._eager = False
        self._listening: Any = None
        self._queued_first: int | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What became of the tasks."""
        left = 0 if self._queued_first is None else _queued() - self._queued_first
        if left <= 0:
            return (_EAGER,) if self._eager else ()
        unrun = (
            f"{left:,} tasks of Celery lie in the broker in memory, and no worker runs them, so what they do is not in "
            "the state. Start a worker (celery.contrib.testing.worker.start_worker) and pass settle=."
        )
        return (_EAGER, unrun) if self._eager else (unrun,)

    def before(self, *, at_once: bool = False) -> None:  # noqa: ARG002 - that is the same to it
        """Listen to tasks that begin."""
        if self._queued_first is None:
            self._queued_first = _queued()
        signals = sys.modules.get("celery.signals")
        if signals is not None and not self._eager:
            self._listening = signals.task_prerun
            self._listening.connect(self._meet_task, weak=False, dispatch_uid=id(self))

    def after(self) -> None:
        """Nothing is made up for: eager tasks have run, and others are their worker's."""

    def abandon(self) -> None:
        """Listen no longer."""
        if self._listening is not None:
            self._listening.disconnect(dispatch_uid=id(self))
            self._listening = None

    def _meet_task(self, task: Any = None, **_signal: Any) -> None:
        if task is not None and task.request.is_eager and task.app.conf.task_always_eager:
            self._eager = True


def _queued() -> int:
    """How many messages lie in the queues of kombu's transport in memory, which all of the process share."""
    memory = sys.modules.get("kombu.transport.memory")
    return 0 if memory is None else sum(queue.qsize() for queue in list(memory.Channel.queues.values()))
