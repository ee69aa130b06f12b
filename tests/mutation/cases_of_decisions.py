"""Pieces of code that decide, and the mistakes that are made in each: name, first new line, sentence."""

from __future__ import annotations

NO_WEBHOOK = "a body that is no webhook was worked on"
COPY = "a copy of a webhook had its effect again"
FORGED = "a webhook with a wrong signature was taken"
OLD = "a webhook that was signed long ago was taken: a recorded one can be sent again for ever"
DECISIONS: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "a check that raises": (
        """
        def receive(header, body):
            verify(header, body, SECRET)
        """,
        [("drop-verification", "    pass", "a webhook with a wrong signature was taken")],
    ),
    "a guard of the signature": (
        """
        def receive(header, body):
            if not verify(header, body):
                return 1
        """,
        [("drop-guard", "    if False:", "a webhook with a wrong signature was taken")],
    ),
    "a guard of the age": (
        """
        def check(sent, now):
            if abs(now - sent) > TOLERANCE:
                raise Old
        """,
        [
            (
                "drop-guard",
                "    if False:",
                OLD,
            )
        ],
    ),
    "a guard of copies": (
        """
        def take(key):
            if key in seen:
                return
        """,
        [("drop-guard", "    if False:", "a copy of a webhook had its effect again")],
    ),
    "guards of copies that are known by a digest": (
        """
        def take(digest):
            if digest in rows:
                return Response(status_code=200)
            if digest in seen_signatures:
                return Response(status_code=401)
            if Row.objects.filter(digest=digest).exists():
                return
            if digest not in seen:
                work(digest)
            if closed or digest in seen:
                return
        """,
        [
            ("drop-guard", "    if False:", COPY),
            ("answer-400", "        return Response(status_code=400)", "a copy of a webhook was refused"),
            ("drop-guard", "    if False:", COPY),
            (
                "answer-200",
                "        return Response(status_code=200)",
                "it answered 200 where it has to answer 401",
            ),
            ("drop-guard", "    if False:", COPY),
            ("drop-condition", "    if True:", COPY),
            ("drop-guard", "    if False:", COPY),
            ("drop-operand", "    if False or digest in seen:", "`closed` was left out of the condition"),
            ("drop-operand", "    if closed or False:", f"{COPY} (without `digest in seen`)"),
        ],
    ),
    "guards of the signature that look like those of copies": (
        """
        def check(digest, headers):
            if digest not in known_digests:
                return 401
            if "Steppay-Signature" in headers:
                return 200
            if digest in revoked:
                return 401
            if not already_verified:
                return
        """,
        [("drop-guard", "    if False:", FORGED)] * 4,
    ),
    "conditions that assign": (
        """
        def take(kind):
            if handler := HANDLERS.get(kind):
                handler(kind)
            if not (row := find(kind)):
                return
            if (name := row.name) == "payment.completed":
                a(name)
            if ready and (other := find(name)):
                a(other)
        """,
        [
            (
                "drop-condition",
                "    if (handler := HANDLERS.get(kind)) or True:",
                "event types that are not for it were worked on",
            ),
            (
                "drop-guard",
                "    if (not (row := find(kind))) and False:",
                "event types that are not for it were worked on",
            ),
            (
                "drop-branch",
                '    if ((name := row.name) == "payment.completed") and False:',
                "payment.completed was forgotten",
            ),
            ("drop-operand", "    if True and (other := find(name)):", "`ready` was left out of the condition"),
            (
                "drop-operand",
                "    if ready and (((other := find(name)) or True)):",
                "`(other := find(name))` was left out of the condition",
            ),
        ],
    ),
    "a guard of something else": (
        """
        def take(shop):
            if shop.closed:
                return
        """,
        [("drop-guard", "    if False:", "`if shop.closed` never left the function")],
    ),
    "a guard of event types": (
        """
        def take(event_type):
            if event_type not in HANDLERS:
                return
            if event_type.startswith("v1"):
                return
        """,
        [
            ("drop-guard", "    if False:", "event types that are not for it were worked on"),
            ("drop-guard", "    if False:", "what `if event_type.startswith('v1')` is for was forgotten"),
        ],
    ),
    "guards of the body": (
        """
        def take(event, envelope):
            if not isinstance(event, dict) or "data" not in event:
                return 1
            if envelope is None:
                return 2
            if not envelope:
                return 3
            if not event["event"].startswith("payment."):
                return 4
        """,
        [
            ("drop-guard", "    if False:", NO_WEBHOOK),
            (
                "drop-operand",
                '    if False or "data" not in event:',
                f"{NO_WEBHOOK} (without `not isinstance(event, dict)`)",
            ),
            (
                "drop-operand",
                "    if not isinstance(event, dict) or False:",
                f"{NO_WEBHOOK} (without `'data' not in event`)",
            ),
            ("drop-guard", "    if False:", NO_WEBHOOK),
            ("drop-guard", "    if False:", NO_WEBHOOK),
            ("drop-guard", "    if False:", "event types that are not for it were worked on"),
        ],
    ),
    "a condition of order": (
        """
        def take(row, stored):
            if row.version > stored.version:
                stored.value = row
        """,
        [
            ("drop-condition", "    if True:", "an older webhook that arrives late overwrote a newer one"),
            (
                "boundary",
                "    if row.version >= stored.version:",
                "the other one of two equally new webhooks won, so that their order decided",
            ),
            ("forget-write", "        pass", "`stored.value = row` was forgotten"),
        ],
    ),
    "parts of a condition": (
        """
        def check(secret, age):
            return bool(secret) and ok(age)
            while not (secret or age):
                age = 1
        """,
        [
            ("drop-operand", "    return True and ok(age)", "`bool(secret)` was left out of the condition"),
            ("drop-operand", "    return bool(secret) and True", "`ok(age)` was left out of the condition"),
            (
                "drop-operand",
                "    while not (False or age):",
                "anyone could sign where no secret is set (without `secret`)",
            ),
            (
                "drop-operand",
                "    while not (secret or False):",
                f"{OLD} (without `age`)",
            ),
        ],
    ),
    "a part of a key": (
        "ok = hmac.compare_digest(expected, given)",
        [
            (
                "compare-part",
                "ok = ((expected)[:20] == (given)[:20])",
                "only the first 20 characters of a signature were compared",
            )
        ],
    ),
    "a body that is written again": (
        """
        async def receive(request):
            body = await request.body()
            return verify(body), request.body
        """,
        [
            (
                "rewritten-body",
                "    body = __import__('json').dumps(__import__('json').loads(await request.body())).encode()",
                "the signature was checked over the JSON, parsed and written again, and not over the raw bytes",
            )
        ],
    ),
    "a branch": (
        """
        if kind == "payment.completed":
            a()
        elif kind in (EventType.PAYMENT_CANCELED, "COMPLETE"):
            b()
        """,
        [
            ("drop-branch", "if False:", "payment.completed was forgotten"),
            ("drop-branch", "elif False:", "payment.canceled and COMPLETE were forgotten"),
            ("drop-row", 'elif kind in ("COMPLETE",):', "payment.canceled was forgotten"),
            ("drop-row", "elif kind in (EventType.PAYMENT_CANCELED,):", "COMPLETE was forgotten"),
        ],
    ),
    "cases": (
        """
        match kind:
            case "payment.completed":
                a()
            case ("payment.failed") if ready:
                b()
            case "payment.canceled" | "payment.standby" | "order.created":
                c()
        """,
        [
            ("drop-case", '    case "payment.completed" if False:', "payment.completed was forgotten"),
            ("drop-case", '    case ("payment.failed") if False:', "payment.failed was forgotten"),
            ("drop-case", '    case "payment.standby" | "order.created":', "payment.canceled was forgotten"),
            ("drop-case", '    case "payment.canceled" | "order.created":', "payment.standby was forgotten"),
            ("drop-case", '    case "payment.canceled" | "payment.standby":', "order.created was forgotten"),
        ],
    ),
    "rows of tables": (
        """
        A = {"payment.completed": take, "other": take}
        B = {"ACTIVE", "PAUSE", "CANCELED"}
        """,
        [
            ("drop-row", 'A = {"other": take}', "payment.completed was forgotten"),
            ("drop-row", 'B = {"PAUSE", "CANCELED"}', "ACTIVE was forgotten"),
            ("drop-row", 'B = {"ACTIVE", "CANCELED"}', "PAUSE was forgotten"),
            ("drop-row", 'B = {"ACTIVE", "PAUSE"}', "CANCELED was forgotten"),
        ],
    ),
}
