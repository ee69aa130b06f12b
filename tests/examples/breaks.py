"""What may go wrong in one line of an example receiver, and the finding that this has to be."""

from __future__ import annotations

from examples.copies import Break

_RULES = "steppay_webhook.py"
_STORE = "sqlite_store.py"
_RULES_JS = "steppay_webhook.mjs"
_STORE_JS = "steppay_store.mjs"

_ROTATION = Break(
    file=_RULES,
    line='keys = ";".join(value for name, _, value in pairs if name == "key").split(";")',
    instead='keys = ";".join(value for name, _, value in pairs if name == "key").split(";")[:1]',
    finding="rotation/reads-one-key",
)
_AGE = Break(
    file=_RULES,
    line="if not secret or abs((time.time() if now is None else now) - int(times[0])) > TOLERANCE:",
    instead="if not secret:",
    finding="replay/checks-no-age",
)
_KST = Break(
    file=_RULES,
    line="return datetime.fromisoformat(local_date_time).replace(tzinfo=UTC) if local_date_time else None",
    instead='return datetime.fromisoformat(local_date_time + "+09:00").astimezone(UTC) if local_date_time else None',
    finding="timezone/reads-times-as-kst",
)
_PART_OF_KEY = Break(
    file=_RULES,
    line='return any(hmac.compare_digest(expected, key.strip().encode(errors="replace")) for key in keys)',
    instead='return any(hmac.compare_digest(expected[:8], key.encode(errors="replace")[:8]) for key in keys)',
    finding="signature/compares-a-part-of-the-key",
)
_NULL = Break(
    file=_RULES,
    line='canceled = Decimal((data.get("cancel") or {}).get("canceledAmount") or 0)',
    instead='canceled = Decimal(data["cancel"]["canceledAmount"])',
    finding="absent/needs-what-may-be-absent",
)
_NO_GUARD = Break(
    file=_STORE,
    line="WHERE excluded.version > payments.version",
    instead="WHERE TRUE",
    finding="order/stale-overwrite",
    quick=False,
)

BREAKS = {
    "flask": [
        Break(
            file="flask_app.py",
            line='if not verify(request.headers.get("Steppay-Signature", ""), body, secret):',
            instead="if not body:",
            finding="signature/verifies-nothing",
        ),
        Break(
            file="flask_app.py",
            line="body = request.get_data()  # the raw bytes are what was signed, not request.json",
            instead="body = __import__('json').dumps(request.get_json(force=True)).encode()",
            finding="control/verifies-re-serialised-body",
        ),
        *(_ROTATION, _AGE, _KST, _PART_OF_KEY, _NULL, _NO_GUARD),
    ],
    "django": [
        Break(
            file="django_app.py",
            line="@csrf_exempt  # StepPay has no CSRF token; the signature is what proves the sender",
            instead="@__import__('django.views.decorators.csrf', fromlist=['x']).csrf_protect",
            finding="control/refused-by-framework-csrf",
        ),
        Break(
            file="django_app.py",
            line="@require_POST",
            instead="@(lambda view: view)",
            finding="method/put",
        ),
        Break(
            file="django_app.py",
            line='model.objects.filter(id=key, version__lt=row["version"]).update(**row)',
            instead="model.objects.filter(id=key).update(**row)",
            finding="order/last-arrival-wins",
            quick=False,
        ),
        *(_ROTATION, _AGE, _KST),
    ],
    "fastapi": [
        Break(
            file="fastapi_app.py",
            line='raise HTTPException(401, "the signature does not match")',
            instead="return",
            finding="signature/answers-2xx-to-forgeries",
        ),
        Break(
            file="fastapi_app.py",
            line='raise HTTPException(400, "the body is not a JSON object")',
            instead="return",
            finding="malformed/takes-bodies-that-are-no-webhook",
        ),
        Break(
            file="fastapi_app.py",
            line="if envelope is None:",
            instead="if envelope and False:",
            finding="malformed/trusts-the-body",
        ),
        *(_AGE, _ROTATION, _KST, _NO_GUARD),
    ],
}
_IN_BOTH = [
    Break(
        file=_RULES_JS,
        line='const keys = (pairs.find(([name]) => name === "key")?.[1] ?? "").split(";");',
        instead='const keys = [(pairs.find(([name]) => name === "key")?.[1] ?? "").split(";")[0]];',
        finding="rotation/reads-one-key",
    ),
    Break(
        file=_RULES_JS,
        line="if (Math.abs(now - Number(timestamp)) > TOLERANCE) return false;",
        instead="",
        finding="replay/checks-no-age",
    ),
    Break(
        file=_RULES_JS,
        line="return localDateTime ? new Date(`${localDateTime}Z`).toISOString() : null;",
        instead="return localDateTime ? new Date(`${localDateTime}+09:00`).toISOString() : null;",
        finding="timezone/reads-times-as-kst",
    ),
    Break(
        file=_RULES_JS,
        line='return text.replace(tokens, (token) => (/^-?[1-9]\\d{15,}$/.test(token) ? `"${token}"` : token));',
        instead="return text;",
        finding="big-id/rounds-ids",
    ),
    Break(
        file=_STORE_JS,
        line="if (this.inbox.has(mark)) return false;",
        instead="",
        finding="duplicate/counts-copies-again",
    ),
    Break(
        file=_STORE_JS,
        line="if (known && row.version <= known.version) return;",
        instead="",
        finding="order/last-arrival-wins",
        quick=False,
    ),
]
BREAKS["express"] = [
    Break(
        file="express_app.mjs",
        line="const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);",
        instead="const body = Buffer.from(JSON.stringify(JSON.parse(request.body)));",
        finding="control/verifies-re-serialised-body",
    ),
    Break(
        file="express_app.mjs",
        line='if (envelope === null) return response.status(400).send("the body is no webhook");',
        instead="",
        finding="malformed/trusts-the-body",
    ),
    *_IN_BOTH,
]
BREAKS["nextjs"] = [
    Break(
        file="nextjs_route.mjs",
        line='return new Response("the signature does not match", { status: 401 });',
        instead="return new Response(null, { status: 200 });",
        finding="signature/answers-2xx-to-forgeries",
    ),
    Break(
        file="nextjs_route.mjs",
        line="const body = Buffer.from(await request.arrayBuffer());",
        instead="const body = Buffer.from(JSON.stringify(await request.json()));",
        finding="control/verifies-re-serialised-body",
    ),
    Break(
        file="nextjs_route.mjs",
        line='if (envelope === null) return new Response("the body is no webhook", { status: 400 });',
        instead="if (envelope === null) return new Response(null);",
        finding="malformed/takes-bodies-that-are-no-webhook",
    ),
    *_IN_BOTH,
]
