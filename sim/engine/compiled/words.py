"""The log's vocabulary and the streams of draws as plain integers, which compiled code takes as constants."""

from __future__ import annotations

from sim.core.draws import Stream
from sim.core.events import Answer, Barrier, Cause, Event, Flag, Outcome, Refusal, Verdict

(
    TASK_STARTED,
    TASK_ENDED,
    RETIRED,
    ISSUED,
    RENEWED,
    SHORTENED,
    ASKED,
    SPARED,
    DIED,
    ORPHANED,
    NEEDED,
    IDLE,
    USED,
    REJECTED,
    FAILED,
    CUT,
    REQUESTED,
    SERVED,
    REFUSED,
    ISSUER_DOWN,
    OUTAGE,
    CAPTURED,
    LEAK_NOTICED,
    BLOCKED,
    COMPROMISED,
    OBTAINED,
    REACHED,
    INTRUSION_NOTICED,
    EVICTED,
    APPROVAL_ASKED,
    APPROVAL_ANSWERED,
    PERMITTED,
    DENIED,
    TAKEN_OVER,
    CONFINED,
    REGAINED,
    DELEGATED,
    OBJECTIVE_CHANGED,
    OUT_OF_SCOPE,
) = (event.value for event in Event)

LATE, ATTRIBUTABLE, LEAKED, ORPHAN, ATTACKERS, ERROR, FALLBACK, PASSED, CHANGED, OUTSIDE = (flag.value for flag in Flag)
DONE, TOOL_FAILED, NO_CREDENTIAL, DEADLINE, NO_APPROVAL, BY_POLICY, DIVERTED = (outcome.value for outcome in Outcome)
EXPIRED, ROTATED, TASK_END, RETIREMENT, DETECTION, EVICTION, ACTION_END = (cause.value for cause in Cause)
ALLOWED, _, BY_ERROR = (verdict.value for verdict in Verdict)
BY_OUTAGE, BY_RATE, BY_FAILURE = (refusal.value for refusal in Refusal)
DEAD, BOUND, KEPT = (barrier.value for barrier in Barrier)
APPROVED, NOT_APPROVED, VOID = (answer.value for answer in Answer)

(
    ARRIVAL,
    TASK_KIND,
    LENGTH,
    NEXT_TOOL,
    THINKING,
    DURATION,
    FAILURE,
    BACK_OFF,
    TENURE,
    CAPTURE,
    EXPOSURE,
    LEAK_NAME,
    DISCOVERED,
    DISCOVERY_TIME,
    DETECTED,
    DETECTION_TIME,
    REMEDIATION,
    REVOKED,
    REVOCATION_DELAY,
    HOP,
    NOTICED,
    NOTICE_TIME,
    EVICTION_TIME,
    LOSS,
    SERVICE,
    SERVICE_FAILURE,
    OUTAGE_GAP,
    OUTAGE_LENGTH,
    ROTATION_PHASE,
    ROLLOUT,
    REDEPLOYMENT,
    SECRET_PHASE,
    ISSUER_BACK_OFF,
    APPROVAL_RESPONSE,
    APPROVAL_DECISION,
    TAKEOVER,
    TAKEOVER_LENGTH,
    OBJECTIVE,
    SUSCEPTIBILITY,
    FOLLOWED,
    DIVERTED_LENGTH,
    DIVERTED_TOOL,
    DELEGATE,
    DELEGATED_NAME,
) = (stream.value for stream in Stream)
