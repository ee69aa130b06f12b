"""Causes in how a receiver verifies, reads a body, and which requests it takes."""

from __future__ import annotations

from steppay_mock.conformance.causes.cause import Cause, named

_VERIFY = (
    "Compute base64(HMAC-SHA256(secret, '<timestamp>.<raw body>')), compare it in constant time with each key of the "
    "header steppay-signature, and answer 401 before anything else unless one is equal."
)

_RAW = (
    "Verify the bytes as they arrived, before any parser: request.get_data() in Flask, request.body in Django, await "
    "request.body() in FastAPI, express.raw({type: 'application/json'}) in Express, await request.text() in Next.js."
)

_AGE = (
    "After the key was found right, compare the timestamp of the header, not of the body, with your clock, and refuse "
    "what is more than 300 seconds away, both ways (300 is assumed)."
)

_FORGED = named("signature", "rotation/none-right", "replay", "raw-body/spaced-after-signing", tag="taken")
"""Failed checks in which something was taken that the holder of the secret did not send now."""
_CRASHED = named("signature", tag="crashed")

CAUSES: tuple[Cause, ...] = (
    Cause(
        name="verifies-after-it-acted",
        family="signature",
        harm="money",
        summary="It stores a webhook first and verifies it afterwards: what it answers 401 to has been done.",
        cure=f"Verify before anything else, also before a queue or a table of what came in. {_VERIFY}",
        facts=(18,),
        shows=lambda seen: seen.count("signature", tag="stored") + seen.count("replay", tag="stored") > 1,
        explains=lambda one: "stored" in one.judgement.tags or _CRASHED(one),
    ),
    Cause(
        name="verifies-nothing",
        family="signature",
        harm="money",
        summary="It verifies nothing: whoever knows its address can send it payments.",
        cure=_VERIFY,
        facts=(18,),
        shows=lambda seen: seen.failed(
            "signature/wrong-secret", "signature/signature-missing", "signature/body-changed", tag="taken"
        ),
        explains=lambda one: _FORGED(one) or _CRASHED(one),
    ),
    Cause(
        name="looks-only-whether-there-is-a-key",
        family="signature",
        harm="money",
        summary="It looks only whether there is a signature, and compares no key: any text gets in.",
        cure=_VERIFY,
        facts=(18,),
        shows=lambda seen: seen.failed(
            "signature/wrong-secret", "signature/body-changed", "signature/key-truncated", tag="taken"
        ),
        explains=lambda one: _FORGED(one) or _CRASHED(one),
    ),
    Cause(
        name="compares-the-length-of-the-key",
        family="signature",
        harm="money",
        summary="It compares the length or the form of the key, and not the key: any key of 44 characters gets in.",
        cure=_VERIFY,
        facts=(18,),
        shows=lambda seen: (
            seen.failed("signature/wrong-secret", "signature/body-changed", tag="taken")
            and seen.passed("signature/key-truncated")
        ),
        explains=lambda one: _FORGED(one) or _CRASHED(one),
    ),
    Cause(
        name="takes-headers-of-another-form",
        family="signature",
        harm="money",
        summary="It takes a webhook whose signature header it cannot read.",
        cure="Answer 401 where the header is missing or has another form: let no except or catch around the verifier "
        "end in success.",
        facts=(18,),
        shows=lambda seen: (
            seen.failed("signature/signature-garbage", "signature/key-missing", tag="taken")
            and seen.passed("signature/wrong-secret")
        ),
        explains=named(
            "signature/signature-missing",
            "signature/signature-empty",
            "signature/test-unsigned",
            "signature/signature-garbage",
            "signature/key-missing",
            "signature/key-empty",
            "signature/timestamp-not-a-number",
            "signature/v0-for-key",
            tag="taken",
        ),
    ),
    Cause(
        name="verifies-only-what-is-signed",
        family="signature",
        harm="money",
        summary="It verifies a signature if there is one, and lets in what has none.",
        cure="Answer 401 where the header is missing or empty, before you compare keys.",
        facts=(18,),
        shows=lambda seen: seen.failed("signature/signature-missing", "signature/signature-empty", tag="taken"),
        explains=named(
            "signature/signature-missing",
            "signature/signature-empty",
            "signature/test-unsigned",
            "signature/signature-garbage",
            "signature/key-missing",
            "signature/key-empty",
            "signature/v0-for-key",
            tag="taken",
        ),
    ),
    Cause(
        name="compares-a-part-of-the-key",
        family="signature",
        harm="money",
        summary="It compares a part of the key alone: who guesses that part gets in.",
        cure="Compare whole keys for equality, in constant time, not by includes, startswith or a length that the "
        "sender chooses.",
        facts=(18, 54),
        shows=lambda seen: (
            seen.failed("signature/key-truncated", tag="taken")
            or seen.failed("signature/key-of-one-letter", tag="taken")
            or seen.failed("signature/key-wrong-at-the-end", tag="taken")
            or seen.failed("signature/key-wrong-at-the-beginning", tag="taken")
        ),
        explains=named(
            "signature/key-truncated",
            "signature/key-of-one-letter",
            "signature/key-wrong-at-the-end",
            "signature/key-wrong-at-the-beginning",
            "signature/key-empty",
            "signature/key-missing",
            "signature/key-within-text",
            "signature/v0-for-key",
            tag="taken",
        ),
    ),
    Cause(
        name="signs-the-timestamp-of-the-body",
        family="signature",
        harm="lost",
        severity="must",
        summary="It computes the key over the timestamp of the body, and not over that of the header.",
        cure="Sign '<timestamp>.<raw body>' with the timestamp of the header, which is when the webhook was sent. That "
        "of the body is when it happened: the two differ where a manager sends a webhook again.",
        facts=(18, 19, 22),
        shows=lambda seen: (
            seen.failed("signature/timestamp-changed", tag="taken")
            and seen.failed("replay/old-event-now", "replay/clock-ahead", "replay/a-little-late", tag="refused")
        ),
        explains=lambda one: (
            one.check.full_name == "signature/timestamp-changed"
            or named("replay", "duplicate", "connection", "order", "overlap", tag="refused")(one)
            or named("order/order-dependent-rejection", "order/refused", "overlap/rejection-in-flight")(one)
        ),
    ),
    Cause(
        name="fails-on-forgeries",
        family="signature",
        harm="untidy",
        severity="should",
        summary="It refuses a wrong signature by a failure: 5xx says that the receiver is broken.",
        cure="Catch what the verifier raises, and answer 401: a failure that is real is then seen among the others.",
        facts=(18, 22),
        shows=lambda seen: seen.failed("signature/wrong-secret", "signature/body-changed", tag="crashed"),
        explains=named("signature", "replay", "rotation", "raw-body", "malformed/unsigned-garbage", tag="crashed"),
    ),
    Cause(
        name="answers-neither-2xx-nor-4xx",
        family="signature",
        harm="untidy",
        severity="should",
        summary="It answers neither 2xx nor 4xx to what it refuses, such as a redirect to a page for people.",
        cure="Answer 401 to a wrong signature, and take the route out of what asks for a login.",
        facts=(18, 22),
        shows=lambda seen: seen.count("signature", tag="unclear") > 1,
        explains=lambda one: "unclear" in one.judgement.tags,
    ),
    Cause(
        name="fails-on-malformed-signatures",
        family="signature",
        harm="untidy",
        severity="should",
        summary="It fails on a signature header of another form, and does not refuse it.",
        cure="Read the header as pairs, and answer 401 where timestamp or key is missing or has another form.",
        facts=(18,),
        shows=lambda seen: seen.count("signature", tag="crashed") > 1,
        explains=named("signature", "malformed/unsigned-garbage", tag="crashed"),
    ),
    Cause(
        name="answers-2xx-to-forgeries",
        family="signature",
        harm="lost",
        severity="should",
        summary="It answers 2xx to what it does not take: a right webhook that it refuses by mistake is lost unseen.",
        cure="Answer 401 to a wrong signature: in the portal it then shows as FAIL.",
        facts=(18, 22, 55),
        shows=lambda seen: seen.count("signature", tag="swallowed") > 1,
        explains=lambda one: "swallowed" in one.judgement.tags,
    ),
    Cause(
        name="verifies-re-serialised-body",
        family="raw-body",
        harm="lost",
        severity="must",
        summary="It verifies a body that was parsed and written again, and not the bytes that arrived.",
        cure=_RAW,
        facts=(18, 34),
        shows=lambda seen: seen.count("raw-body", tag="refused") > 1,
        explains=named("raw-body"),
    ),
    Cause(
        name="judges-age-by-the-body",
        family="replay",
        harm="lost",
        summary="It judges the age by the timestamp of the body, and not by that of the header.",
        cure=_AGE,
        facts=(19,),
        shows=lambda seen: seen.failed("replay/old-event-now", "replay/too-old"),
        explains=named("replay/old-event-now", "replay/too-old", "replay/too-new"),
    ),
    Cause(
        name="checks-no-age",
        family="replay",
        harm="money",
        severity="should",
        summary="It checks no age, or allows more than an hour: a recorded webhook can be sent again.",
        cure=_AGE,
        facts=(19, 54),
        shows=lambda seen: seen.failed("replay/too-old", "replay/too-new", tag="taken"),
        explains=named("replay/too-old", "replay/too-new"),
    ),
    Cause(
        name="allows-too-little-time",
        family="replay",
        harm="lost",
        severity="should",
        summary="It allows less than 20 seconds between signing and arrival, both ways.",
        cure=_AGE,
        facts=(19,),
        shows=lambda seen: seen.failed("replay/clock-ahead", "replay/a-little-late", tag="refused"),
        explains=named("replay/clock-ahead", "replay/a-little-late", tag="refused"),
    ),
    Cause(
        name="reads-one-key",
        family="rotation",
        harm="lost",
        summary="It reads one key of the header alone, and during a rotation there are several.",
        cure="Split the value of key= at ';', and accept if any one of the keys is right.",
        facts=(18,),
        shows=lambda seen: seen.count("rotation", tag="refused") > 1,
        explains=named("rotation", tag="refused"),
    ),
    Cause(
        name="trusts-the-body",
        family="malformed",
        harm="untidy",
        severity="should",
        summary="It fails on bodies that are no webhook.",
        cure="Verify first; then parse, and answer 400 where the body is no JSON object with a text under 'event' and "
        "an object under 'data'.",
        facts=(2,),
        shows=lambda seen: seen.count("malformed", tag="crashed") > 1,
        explains=named("malformed", tag="crashed"),
    ),
    Cause(
        name="takes-bodies-that-are-no-webhook",
        family="malformed",
        harm="untidy",
        severity="assumed",
        summary="It answers 2xx to bodies that are no webhook.",
        cure="Answer 400 to a body that is no JSON object: what goes wrong on the way then shows as FAIL in "
        "the portal.",
        facts=(2, 55),
        shows=lambda seen: seen.count("malformed", tag="swallowed") > 1,
        explains=named("malformed", tag="swallowed"),
    ),
    Cause(
        name="takes-every-method",
        family="method",
        harm="untidy",
        severity="should",
        summary="It takes other methods than POST.",
        cure="Route POST alone to the receiver.",
        facts=(1,),
        shows=lambda seen: sum(seen.failed(f"method/{one}") for one in ("get", "put", "delete")) > 1,
        explains=named("method/get", "method/put", "method/delete"),
    ),
    Cause(
        name="needs-the-content-type",
        family="method",
        harm="untidy",
        severity="should",
        summary="It fails where the content type is another one.",
        cure="Answer 415, or read the body as JSON whatever the type says: the signature proves the sender.",
        facts=(1,),
        shows=lambda seen: sum(seen.failed(f"method/{one}") for one in ("form", "text", "none")) > 1,
        explains=named("method/form", "method/text", "method/none"),
    ),
)
"""Causes of the families signature, replay, rotation, raw-body, malformed and method."""
