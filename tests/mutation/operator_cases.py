"""Pieces of code, and the mistakes that are made in each: the name, the first line that is new, and the sentence."""

from __future__ import annotations

OLD = "a webhook that was signed long ago was taken: a recorded one can be sent again for ever"
CASES: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
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
                "of two webhooks that are equally new the other one won, so that their order decided",
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
    "comparisons": (
        """
        a = amount < 10
        b = (amount) >= (10)
        c = abs(now - at) <= tolerance
        """,
        [
            ("boundary", "a = amount <= 10", "`<=` stood for `<` in `amount < 10`"),
            ("boundary", "b = (amount) > (10)", "`>` stood for `>=` in `amount >= 10`"),
        ],
    ),
    "lookups of Django": (
        'rows.filter(id=1, version__lt=row["version"])',
        [
            (
                "boundary",
                'rows.filter(id=1, version__lte=row["version"])',
                "of two webhooks that are equally new the other one won, so that their order decided",
            ),
            (
                "drop-version",
                "rows.filter(id=1, **{})",
                "an older webhook that arrives late overwrote a newer one",
            ),
        ],
    ),
    "a condition of SQLAlchemy": (
        "upsert = new.on_conflict_do_update(set_=row, where=newer)",
        [
            (
                "drop-version",
                "upsert = new.on_conflict_do_update(set_=row, **{})",
                "an older webhook that arrives late overwrote a newer one",
            )
        ],
    ),
    "SQL": (
        """
        A = "UPDATE rows SET x = ? WHERE version < ?"
        B = "INSERT INTO inbox VALUES (?) ON CONFLICT (key) DO NOTHING"
        C = "INSERT OR IGNORE INTO inbox VALUES (?)"
        D = "SELECT 1 FROM rows FOR UPDATE"
        """,
        [
            (
                "drop-version",
                'A = "UPDATE rows SET x = ? WHERE (version < ? OR 1 = 1)"',
                "an older webhook that arrives late overwrote a newer one",
            ),
            (
                "boundary",
                'A = "UPDATE rows SET x = ? WHERE version <= ?"',
                "of two webhooks that are equally new the other one won, so that their order decided",
            ),
            ("copy-in-sql", 'B = "INSERT INTO inbox VALUES (?)"', "a copy of a webhook failed on the constraint"),
            (
                "copy-in-sql",
                'C = "INSERT OR REPLACE INTO inbox VALUES (?)"',
                "a copy of a webhook had its effect again",
            ),
            (
                "drop-lock",
                'D = "SELECT 1 FROM rows"',
                "the row was not locked, so that two webhooks at once overwrite each other",
            ),
        ],
    ),
    "transactions": (
        """
        @transaction.atomic
        def take(session):
            with transaction.atomic(using="a"):
                row = (rows).select_for_update().get(1)
            async_with(session)
            transaction.on_commit(partial(points, 1))
        """,
        [
            (
                "drop-transaction",
                "@(lambda function: function)",
                "a webhook was stored by halves where something fails, or two at once disturbed each other",
            ),
            (
                "drop-transaction",
                "    if True:",
                "a webhook was stored by halves where something fails, or two at once disturbed each other",
            ),
            (
                "drop-lock",
                "        row = (rows).get(1)",
                "the row was not locked, so that two webhooks at once overwrite each other",
            ),
            (
                "early-effect",
                "    (partial(points, 1))()",
                "the effect came before the commit, and stayed where that fails",
            ),
        ],
    ),
    "commits": (
        """
        def take(db):
            total = count(db)
            db.commit()
        """,
        [
            ("early-commit", "    db.commit()", "the commit came before `total = count(db)`"),
            ("drop-commit", "    pass", "nothing was committed"),
        ],
    ),
    "errors": (
        """
        try:
            event["data"]
        except SignatureError:
            refuse()
        except (ValueError, KeyError):
            refuse()
        """,
        [
            ("unneeded-field", '    event.get("data")', "a webhook without data went further"),
            ("pass-over-error", "    pass", "a webhook with a wrong signature was taken"),
            ("uncaught-error", "except (KeyError,):", "ValueError was not caught"),
            ("uncaught-error", "except (ValueError,):", "KeyError was not caught"),
            ("pass-over-error", "    pass", "(ValueError, KeyError) was passed over"),
        ],
    ),
    "answers": (
        """
        def receive(event, seen):
            if seen:
                return "", 200
            if event not in TYPES:
                return Response(status=204)
            raise HTTPException(401)
            return HttpResponseBadRequest("no")
        """,
        [
            ("drop-guard", "    if False:", "a copy of a webhook had its effect again"),
            ("answer-400", '        return "", 400', "a copy of a webhook was refused"),
            ("drop-guard", "    if False:", "event types that are not for it were worked on"),
            ("answer-400", "        return Response(status=400)", "event types that it does not use were refused"),
            ("answer-200", "    raise HTTPException(200)", "it answered 200 where it has to answer 401"),
            (
                "answer-200",
                "    return __import__('django.http').http.HttpResponse(\"no\")",
                "it answered 200 where it has to refuse",
            ),
        ],
    ),
    "what may be missing": (
        """
        def row(data, request):
            a = data.get("customerId")
            b = request.headers.get("Steppay-Signature", "")
            c = data.get("paymentId"), os.environ.get("HOME")
            d = (data.get("cancel") or {}).value
            e = (a or b).get("key"), (a or b).get("colour")
        """,
        [
            (
                "need-field",
                '    a = data["customerId"]',
                "it failed where customerId is left out, as StepPay leaves out nulls",
            ),
            (
                "need-field",
                '    b = request.headers["Steppay-Signature"]',
                "it failed where the header Steppay-Signature is missing",
            ),
            (
                "need-field",
                '    d = (data["cancel"] or {}).value',
                "it failed where cancel is left out, as StepPay leaves out nulls",
            ),
            (
                "drop-default",
                '    d = (data.get("cancel")).value',
                "there was no default for `data.get('cancel')` where it is null or left out",
            ),
            ("need-field", '    e = (a or b)["key"], (a or b).get("colour")', "it failed where key is missing"),
            ("need-field", '    e = (a or b).get("key"), (a or b)["colour"]', "it failed where colour is missing"),
        ],
    ),
    "values": (
        """
        a = parsed.replace(tzinfo=UTC)
        b = Decimal(amount), Decimal("0")
        c = data["paymentId"]
        """,
        [
            (
                "korean-time",
                "a = parsed.replace(tzinfo=__import__('datetime').timezone(__import__('datetime').timedelta(hours=9)))",
                "times were read as Korean time, and were nine hours off: they are UTC",
            ),
            ("float-amount", 'b = float(amount), Decimal("0")', "the amount `amount` was a float"),
            (
                "rounded-id",
                'c = int(float(data["paymentId"]))',
                "paymentId was rounded beyond 2^53, as JavaScript and floats round",
            ),
        ],
    ),
    "writes": (
        """
        async def take(key):
            seen.add(key)
            await points.append(key)
            create_row(key)
            db.execute("PRAGMA foreign_keys = ON")
            print(key)
        """,
        [
            ("forget-write", "    pass", "`seen.add(key)` was forgotten, so that a copy of a webhook is not known"),
            ("forget-write", "    pass", "`await points.append(key)` was forgotten"),
            ("forget-write", "    pass", "`create_row(key)` was forgotten"),
        ],
    ),
}
