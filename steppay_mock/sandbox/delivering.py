"""What can be done with the deliveries of a sandbox: hold, flush, send, send again, settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.journal.reading import read_journal
from steppay_mock.delivery.journal.resending import event_to_resend
from steppay_mock.delivery.schedule.schedule import plan
from steppay_mock.delivery.schedule.steps import Again, Deliver, Wait
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event, iter_events
from steppay_mock.values import NumberValue, WholeValue, check_flag

if TYPE_CHECKING:
    from steppay_mock.delivery.order import DeliveryOrder
    from steppay_mock.delivery.report import Report
    from steppay_mock.payload.event import Events
    from steppay_mock.sandbox.dispatcher import Dispatcher
    from steppay_mock.sandbox.endpoints import EndpointList
    from steppay_mock.sandbox.inbox.inbox import Inbox
    from steppay_mock.sandbox.storage import SandboxFile

_TIMES = WholeValue(noun="a number of deliveries", least=1, most=10, example="2")
_SECONDS = NumberValue(noun="seconds", least=0, most=86_400, example="30")
_DELIVER, _AGAIN = Deliver(event=0), Again(event=0)


class SandboxDeliveries:
    """The part of a sandbox that is about its deliveries."""

    endpoints: EndpointList
    """Where webhooks go."""
    inbox: Inbox
    """What came to ``/in/{name}``."""
    _dispatcher: Dispatcher
    _file: SandboxFile

    @property
    def path(self) -> str:
        """The file that has its deliveries; temporary without ``data``."""
        return self._file.path

    def hold(self, *, held: bool = True) -> None:
        """Let webhooks wait for :meth:`flush`, or deliver them as they happen."""
        self._dispatcher.hold(held=held)

    def flush(
        self, *, order: DeliveryOrder | None = None, seed: int | str | None = None, duplicates: float | None = None
    ) -> list[Report]:
        """Deliver all webhooks that wait, and wait for the answers; a report for each endpoint.

        None: the order and the share of duplicates that the endpoint has.
        """
        return self._dispatcher.flush(order=order, seed=seed, duplicates=duplicates)

    def send(
        self,
        events: Events,
        *,
        endpoint: str | None = None,
        order: DeliveryOrder | None = None,
        seed: int | str | None = None,
        duplicates: float | None = None,
        fault: str | None = None,
    ) -> list[Report]:
        """Deliver events of your own, which are not the store's, and wait for the answers; a report for each endpoint.

        They go to the endpoint of that name, else to all that are switched on and want them, also while others wait.
        None: the order, the share of duplicates and the fault that the endpoint has. SteppayMockError if there is none.
        """
        chosen = [one for one in self.endpoints if one.enabled] if endpoint is None else [self.endpoints[endpoint]]
        if not chosen:
            raise SteppayMockError(
                "The sandbox has no endpoint that is switched on. Add one: sandbox.change_endpoint('mine', url=...), "
                "or PUT /_mock/endpoints/mine"
            )
        how = {"order": order, "seed": seed, "duplicates": duplicates, "fault": fault}
        return self._dispatcher.send_own(list(iter_events(events)), chosen, how=how)

    def resend(
        self, delivery: int, *, times: int = 1, after: float = 0, body: bytes | None = None, wait: bool = False
    ) -> Report | None:
        """Deliver again what was delivered, as a manager does in the portal: signed anew, to the same endpoint.

        ``times`` is how often, one after the other, and ``after`` the seconds of this machine before it. ``body`` are
        bytes to send in the place of those that were sent. Order, duplicates and fault of the endpoint do not count.
        With ``wait`` the answer is waited for, and a report given. SteppayMockError if the endpoint is gone, and for
        bytes that are no event.
        """
        _TIMES.check("times", times)
        _SECONDS.check("after", after)
        with read_journal(self.path) as journal:
            found = journal.delivery(delivery)
            event = event_to_resend(journal, delivery) if body is None else Event.from_bytes(body)
        running = self._dispatcher.send_again(
            self.endpoints[found.receiver],
            plan(event, [Wait(seconds=after), _DELIVER, *[_AGAIN] * (times - 1)]),
            note={"resent": delivery},
        )
        return running.result() if check_flag("wait", wait) and running is not None else None

    def settle(self) -> None:
        """Wait until all webhooks that do not wait for :meth:`flush` are answered, and what came in is forwarded."""
        self._dispatcher.settle()
        self.inbox.settle()
