"""Scalar rules that both engines share: numbers in, a number out, nothing remembered."""

from __future__ import annotations

import math

from sim.core.units import FOREVER


def alive(dies: int, now: int) -> bool:
    """A credential is valid in [issued, dies)."""
    return now < dies


def back_off(first: int, factor: float, most: int, jitter: float, tries: int, u: float) -> int:
    """Ticks to wait after the given number of tries (0: after the first one), shortened by jitter × u."""
    wait: float = min(float(most), first * factor ** float(tries))
    return math.floor(wait * (1.0 - jitter * u) + 0.5)


def renewed_until(now: int, issued: int, lifetime: int, max_life: int) -> int:
    """Expiry after a renewal: a lifetime from now, but not past the maximum life from issuance."""
    return min(now + lifetime, issued + max_life)


def admitted(theoretical: int, now: int, spacing: int, burst: int) -> bool:
    """Generic cell rate algorithm: is a request at `now` within the rate, given the last theoretical arrival?"""
    return theoretical - now <= (burst - 1) * spacing


def next_theoretical(theoretical: int, now: int, spacing: int) -> int:
    """The theoretical arrival after a request that was let in."""
    return max(theoretical, now) + spacing


def approved(good: bool, u: float, approves_bad: float, refuses_good: float) -> bool:
    """Does a person approve a request? `good`: it should be approved; `u`: a uniform number."""
    return u >= refuses_good if good else u < approves_bad


def elevated_until(now: int, elevation: int) -> int:
    """End of the elevation that an approval gives; 0 without one: it is good for one call."""
    return now + elevation if elevation > 0 else 0


def capped(dies: int, now: int, latest: int) -> int:
    """Expiry of a credential that must not outlive `latest`; one that comes later than that is dead on arrival."""
    return max(now, min(dies, latest))


def entry(first: int, objective: int, approval: int, calls: int, most_calls: int, age: int, most_age: int) -> int:
    """Where a decision stands in the table: after the call's first entry, in the order of sim.inputs.policies.space.

    Args:
        calls, age: how many steps of each have been passed, of `most_calls` and `most_age`.
    """
    return first + ((objective * 2 + approval) * (most_calls + 1) + calls) * (most_age + 1) + age


def value_ends(now: int, life: int, phase: int) -> int:
    """When a secret that changes every `life` ticks, first at `phase`, is replaced next; later than now."""
    return phase + ((now - phase) // life + 1) * life if now >= phase else phase


def safe_for_now(captured: int, captured_version: int, version: int, now: int) -> bool:
    """Does a version of a standing credential escape a takeover, as an earlier one was captured in this very tick?

    Otherwise a tick in which discovery, eviction and redeployment take no time would never end.
    """
    return captured == now and captured_version < version


def usable_until(bound: bool, kept: bool, ends: int) -> int:
    """Until when whoever captured a credential can use it, if it lives so long.

    Args:
        bound: to its workload.
        kept: by a broker, so that a takeover of the workload gives its use, not itself.
        ends: end of the takeover that it was captured in; 0: it was copied.
    """
    if ends > 0:
        return ends if bound or kept else FOREVER
    return 0 if bound else FOREVER
