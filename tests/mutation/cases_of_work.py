"""Pieces of code that compare, store and answer, and the mistakes in each: name, first new line, sentence."""

from __future__ import annotations

WORK: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
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
                "the other one of two equally new webhooks won, so that their order decided",
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
                "the other one of two equally new webhooks won, so that their order decided",
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
