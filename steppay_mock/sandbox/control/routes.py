"""The calls of the control API: path, method and what they do. Bodies and answers are JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from steppay_mock.contract.long_numbers import is_number
from steppay_mock.errors import SteppayMockError
from steppay_mock.rest.exchange import LONGEST_BODY
from steppay_mock.rest.paths import number_of
from steppay_mock.rest.writing.bodies import is_deep
from steppay_mock.sandbox.control.answers import error_answer, json_answer
from steppay_mock.sandbox.control.call import ControlCall
from steppay_mock.sandbox.control.deliveries import (
    answer_deliveries,
    answer_flush,
    answer_hold,
    answer_one_delivery,
    answer_resend,
    answer_send,
    answer_settle,
)
from steppay_mock.sandbox.control.inboxes import (
    answer_clear,
    answer_forward,
    answer_inbox,
    answer_inbox_settings,
    answer_inboxes,
)
from steppay_mock.sandbox.storage import SandboxFileError

if TYPE_CHECKING:
    from steppay_mock.sandbox.core import SandboxCore

_SECONDS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_LONGEST = 3_660  # days of one call: all other calls wait until the renewals of ten years are done


def answer_control(sandbox: SandboxCore, request: Request) -> Response:
    """The answer to a call of the control API."""
    try:
        name, keys = _ROUTES.bind("", path_info=request.path).match(method=request.method)
        call = ControlCall(sandbox=sandbox, given=_body(request), query=request.args.to_dict())
        return json_answer(_FUNCTIONS[name](call, **keys))
    except NotFound:
        paths = ", ".join(sorted({rule.rule for rule in _ROUTES.iter_rules()}))
        return error_answer(404, f"{request.path} is no call of the control API. Call one of: {paths}")
    except MethodNotAllowed as error:
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return error_answer(405, f"{request.method} {request.path} is no call. Call it with {allowed}.", allow=allowed)
    except SandboxFileError as error:
        return error_answer(503, str(error))
    except (SteppayMockError, BadRequest) as error:
        return error_answer(400, error.description if isinstance(error, BadRequest) else str(error))


def _state(call: ControlCall) -> Any:
    return call.sandbox.status()


def _reset(call: ControlCall) -> Any:
    call.sandbox.reset(**call.take("seed", "scenario", "parameters"))
    return call.sandbox.status()


def _advance(call: ControlCall) -> Any:
    given = call.take(*_SECONDS)
    if all(is_number(value) for value in given.values()):  # else the store says what is wrong
        days = sum(value / 86_400 * _SECONDS[name] for name, value in given.items())
        if days > _LONGEST:
            raise SteppayMockError(f"That is more than {_LONGEST:,} days, the most of one call. Let less time pass.")
    call.sandbox.advance(**given)
    return call.sandbox.status()


def _clock(call: ControlCall) -> Any:
    call.sandbox.change_speed(call.take("speed").get("speed", 1.0))
    return call.sandbox.status()


def _act(call: ControlCall, action: str) -> Any:
    return _events_of(call, lambda: call.sandbox.act(action, dict(call.given)))


def _pay(call: ControlCall, code: str) -> Any:
    given = call.take("method", "gateway", "pays", "quantity", "reason", "deposit_days")
    number = number_of(code)
    return _act(replace(call, given={**given, "order": code if number is None else number}), "pay")


def _fail_renewal(call: ControlCall) -> Any:
    given = call.take("subscription", "times")
    return _events_of(call, lambda: call.sandbox.fail_renewal(**given))


def _play(call: ControlCall, name: str) -> Any:
    return _events_of(call, lambda: call.sandbox.play(name, **call.given))


def _events_of(call: ControlCall, act: Callable[[], object]) -> Any:
    return {"events": [event.payload for event in call.sandbox.events_of(act)]}


def _events(call: ControlCall) -> Any:
    given = call.query.get("since", "0")
    since = number_of(given)
    if since is None:
        raise SteppayMockError(f"since={given!r} is no number. Give the number of events that you know, such as 12.")
    return {"events": [event.payload for event in call.sandbox.read(lambda store: store.events[since:])]}


def _endpoints(call: ControlCall) -> Any:
    return {"endpoints": [one.as_dict(with_secret=False) for one in call.sandbox.endpoints]}


def _put_endpoint(call: ControlCall, name: str) -> Any:
    endpoint = call.sandbox.change_endpoint(name, **call.given)
    return endpoint.as_dict(with_secret=False)


def _delete_endpoint(call: ControlCall, name: str) -> Any:
    call.sandbox.endpoints.remove(name)
    return {}


CALLS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("GET", "/_mock/status", _state),
    ("POST", "/_mock/reset", _reset),
    ("POST", "/_mock/advance", _advance),
    ("POST", "/_mock/clock", _clock),
    ("POST", "/_mock/actions/<action>", _act),
    ("POST", "/_mock/orders/<code>/pay", _pay),
    ("POST", "/_mock/renewals/fail", _fail_renewal),
    ("POST", "/_mock/scenarios/<name>", _play),
    ("GET", "/_mock/events", _events),
    ("GET", "/_mock/endpoints", _endpoints),
    ("PUT", "/_mock/endpoints/<name>", _put_endpoint),
    ("DELETE", "/_mock/endpoints/<name>", _delete_endpoint),
    ("GET", "/_mock/deliveries", answer_deliveries),
    ("POST", "/_mock/deliveries", answer_send),
    ("GET", "/_mock/deliveries/<int:number>", answer_one_delivery),
    ("POST", "/_mock/deliveries/<int:number>/resend", answer_resend),
    ("POST", "/_mock/deliveries/hold", answer_hold),
    ("POST", "/_mock/deliveries/flush", answer_flush),
    ("POST", "/_mock/deliveries/settle", answer_settle),
    ("GET", "/_mock/inbox", answer_inboxes),
    ("DELETE", "/_mock/inbox", answer_clear),
    ("GET", "/_mock/inbox/<name>", answer_inbox),
    ("PUT", "/_mock/inbox/<name>", answer_inbox_settings),
    ("DELETE", "/_mock/inbox/<name>", answer_clear),
    ("POST", "/_mock/inbox/<name>/<int:number>/forward", answer_forward),
)
"""The calls; a new one is described in ``contract/control_calls.py`` too."""

_ROUTES = Map([Rule(path, methods=[method], endpoint=f"{method} {path}") for method, path, _ in CALLS])
_FUNCTIONS = {f"{method} {path}": function for method, path, function in CALLS}


def _body(request: Request) -> dict[str, Any]:
    if request.method in {"GET", "HEAD", "DELETE"}:
        return {}
    if (request.content_length or 0) > LONGEST_BODY:
        raise SteppayMockError(f"The body has {request.content_length} bytes. Send {LONGEST_BODY} at most.")
    if not request.get_data():
        return {}
    try:
        found = json.loads(request.get_data())
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # an event or an answer that has it could not be written
        raise SteppayMockError("The body has half a surrogate pair in a text. Send whole characters.") from None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or is_deep(found):
        raise SteppayMockError(
            'The body is no JSON object, or a very deep one. Send one such as {"days": 31}, or nothing.'
        )
    return found
