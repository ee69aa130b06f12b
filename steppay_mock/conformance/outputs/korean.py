"""The causes of findings in Korean, for the web page: the English text follows with what was seen."""

from __future__ import annotations

KOREAN = {
    "signature/verifies-nothing": "서명을 전혀 검증하지 않습니다. 주소만 알면 누구나 결제 이벤트를 보낼 수 있습니다.",
    "signature/verifies-only-what-is-signed": "서명이 있을 때만 검증하고, 서명이 없는 웹훅은 받아들입니다.",
    "signature/compares-a-part-of-the-key": "key의 일부만 비교합니다. 그 부분만 맞히면 통과합니다.",
    "signature/fails-on-malformed-signatures": "형식이 다른 서명 헤더를 거부하지 않고 오류를 냅니다.",
    "signature/answers-2xx-to-forgeries": "거부한 웹훅에도 2xx로 응답합니다. 정상 웹훅을 잘못 거부해도 알 수 없습니다.",
    "raw-body/verifies-re-serialised-body": "받은 바이트가 아니라 파싱한 뒤 다시 직렬화한 본문을 검증합니다.",
    "replay/judges-age-by-the-body": "헤더의 timestamp가 아니라 본문의 timestamp로 오래된 요청인지 판단합니다.",
    "replay/checks-no-age": "오래된 요청인지 확인하지 않습니다. 저장해 둔 웹훅을 언제든 다시 보낼 수 있습니다.",
    "rotation/reads-one-key": "헤더의 key를 하나만 읽습니다. 시크릿을 교체하는 동안에는 key가 여러 개입니다.",
    "malformed/trusts-the-body": "웹훅이 아닌 본문을 받으면 오류를 냅니다.",
    "malformed/takes-bodies-that-are-no-webhook": "웹훅이 아닌 본문에도 2xx로 응답합니다.",
    "method/takes-every-method": "POST가 아닌 메서드도 받아들입니다.",
    "method/needs-the-content-type": "Content-Type이 다르면 오류를 냅니다.",
    "unknown-field/refuses-new-fields": "모르는 필드가 있는 웹훅을 거부합니다.",
    "unknown-enum/refuses-new-values": "모르는 값이 있는 웹훅을 거부합니다.",
    "unknown-event/refuses-other-types": "사용하지 않는 이벤트 타입을 거부합니다.",
    "null/refuses-null": "필드가 없으면 받아들이지만, 값이 null이면 거부합니다.",
    "absent/needs-what-may-be-absent": "StepPay가 null일 때 생략하는 필드를 반드시 요구합니다.",
    "empty/fails-on-empty-values": "빈 값에서 오류를 냅니다.",
    "timezone/reads-times-as-kst": "시각을 KST로 읽습니다. 실제로는 UTC입니다.",
    "big-id/keeps-ids-in-32-bits": "ID를 32비트로 저장합니다.",
    "big-id/rounds-ids": "JavaScript의 number처럼 2^53보다 큰 ID를 반올림합니다.",
    "duplicate/counts-copies-again": "같은 웹훅이 다시 오면 한 번 더 반영합니다.",
    "duplicate/forgets-copies": "사이에 다른 이벤트가 없을 때만 같은 웹훅을 알아봅니다.",
    "duplicate/refuses-copies": "다시 온 같은 웹훅을 거부합니다.",
    "tie/takes-two-events-for-one": "서로 다른 두 이벤트를 같은 웹훅으로 봅니다.",
    "order/last-arrival-wins": "나중에 일어난 이벤트가 아니라 나중에 도착한 이벤트가 남습니다.",
    "order/drops-early-updates": "대상의 첫 이벤트보다 먼저 온 변경 이벤트를 버립니다.",
    "order/refuses-early-updates": "대상의 첫 이벤트보다 먼저 온 변경 이벤트를 거부합니다.",
}
"""The sentence of each cause, by its full name."""
