"""What a condition of a handler is about, told by the words in it: signature, age, copies, order."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from steppay_mock.mutation.notices import COPIES, ORDERS, SIGNATURE, STATE, checks

LEAVES = (ast.Return, ast.Raise, ast.Continue)
"""The statements with which a guard ends."""
_FINE = 2  # the first digit of the status
_ENVELOPE = frozenset({"event", "timestamp", "data"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTopic:
    """A subject of conditions: its words, what follows where such a condition is missing, and what notices that."""

    name: str
    words: frozenset[str]
    unguarded: str
    notice: str


def _topic(name: str, words: str, unguarded: str, notice: str) -> ConditionTopic:
    return ConditionTopic(name=name, words=frozenset(words.split()), unguarded=unguarded, notice=notice)


TOPICS = (
    _topic(
        "signature",
        "verify verified verifies signature signatures signed hmac digest mac authentic",
        "a webhook with a wrong signature was taken",
        SIGNATURE,
    ),
    _topic(
        "age",
        "tolerance age stale expired skew drift window",
        "a webhook that was signed long ago was taken: a recorded one can be sent again for ever",
        checks("replay/too-old", "replay/too-new"),
    ),
    _topic(
        "secret",
        "secret secrets",
        "anyone could sign where no secret is set",
        "a test of your app without a secret: it has to refuse every webhook",
    ),
    _topic(
        "copy",
        "seen duplicate duplicates processed already fingerprint inbox dedupe created first inserted rowcount "
        "idempotency once known handled exists",
        "a copy of a webhook had its effect again",
        COPIES,
    ),
    _topic(
        "order",
        "version versions newer older newest latest last old stored previous timestamp timestamps updated occurred "
        "rank current sequence",
        "an older webhook that arrives late overwrote a newer one",
        ORDERS,
    ),
    _topic(
        "body",
        "envelope body json parsed payload event data",
        "a body that is no webhook was worked on",
        checks("malformed/event-missing", "malformed/data-null"),
    ),
    _topic(
        "type",
        "event events type types kind",
        "event types that are not for it were worked on",
        checks("unknown-event/every-type", "unknown-event/new-object"),
    ),
)
_COPY = next(one for one in TOPICS if one.name == "copy")
OTHER = _topic("other", "", "", STATE)
"""The topic of what has none of the words."""


def words_of(node: ast.AST) -> frozenset[str]:
    """The words of the names and texts within the node, in small letters."""
    found: set[str] = set()
    for one in ast.walk(node):
        for text in (getattr(one, "id", None), getattr(one, "attr", None), getattr(one, "value", None)):
            if isinstance(text, str):
                found |= {word.lower() for word in _WORD.findall(text)}
    return frozenset(found)


def topic_of(node: ast.AST) -> ConditionTopic:
    """What the condition is about."""
    words = words_of(node) | ({"seen"} if _asks_for_known_id(node) else frozenset())
    for topic in TOPICS:
        if topic.words & words and (topic.name != "body" or _asks_whether_there(node)):
            return _COPY if topic.name == "signature" and _asks_for_seen(node) else topic
    return OTHER


def topic_of_branch(node: ast.If) -> ConditionTopic:
    """What the condition is about, told also by what follows it: no check of a signature accepts a webhook."""
    topic, test = topic_of(node.test), node.test
    if topic.name != "signature" or isinstance(test, ast.UnaryOp):
        return topic
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotIn):
        is_copy = not isinstance(node.body[-1], LEAVES) and bool(_COPY.words & words_of(test.comparators[0]))
    elif isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In):
        is_copy = not isinstance(test.left, ast.Constant) and _accepts(node.body[-1])
    else:
        is_copy = bool(_COPY.words & words_of(test)) and _accepts(node.body[-1])
    return _COPY if is_copy else topic


def _asks_for_seen(node: ast.AST) -> bool:
    """Whether the condition is as ``digest in seen``."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.In):
        return False
    return bool(_COPY.words & words_of(node.comparators[0]))


def _accepts(node: ast.stmt) -> bool:
    """Whether the statement is ``return``, or returns an answer with a status such as 200."""
    if not isinstance(node, ast.Return):
        return False
    values = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return node.value is None or any(type(one) is int and one // 100 == _FINE for one in values)


def _asks_for_known_id(node: ast.AST) -> bool:
    """Whether the condition is as ``payment["paymentId"] in payments``."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.In | ast.NotIn):
        return False
    return bool({"id", "key"} & words_of(node.left))


def _asks_whether_there(node: ast.AST) -> bool:
    """Whether the condition asks if something is there, and of which type it is: ``"data" not in event``."""
    if isinstance(node, ast.BoolOp):
        return any(map(_asks_whether_there, node.values))
    if isinstance(node, ast.Compare):
        is_key = isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(node.left, ast.Constant)
        return isinstance(node.ops[0], ast.Is | ast.IsNot) or (is_key and bool(_ENVELOPE & words_of(node.left)))
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Name) or _asks_whether_there(node.operand)
    return isinstance(node, ast.Call) and "isinstance" in words_of(node.func)
