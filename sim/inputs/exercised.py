"""Which mechanisms a scenario exercises, read off its own keys.

A mechanism counts as exercised when the scenario has all that it takes, each with a chance above 0: revocation on
detection takes a strategy that has it, a leak channel, and somebody who notices. That it happened in a replication is
another question, which the results answer.

To add a mechanism: an entry in `sim/data/standards.yaml`, and a predicate of the same name below.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from sim.inputs.means import Means
from sim.inputs.schema import Scenario
from sim.inputs.standards import standards

ISSUED = ("leased", "per-task", "per-action")
"""Issuance that asks the issuer."""
PREDICATES: Mapping[str, Callable[[Means], bool]] = {
    # Leaks, and who finds them
    "leak-by-use": lambda has: any(has.by_use(each) for each in has.channels),
    "leak-at-rest": lambda has: any(has.at_rest(each) for each in has.channels),
    "runtime-takeover": lambda has: any(has.takes_over(each) for each in has.channels),
    "leak-detection": lambda has: has.noticed,
    "use-of-leaks": lambda has: has.found,
    "sent-out": lambda has: any(has.sends_out(each) for each in has.channels),
    # How credentials are issued and kept
    "standing-credentials": lambda has: has.issues("standing"),
    "rotation": lambda has: any(each.rotation for each in has.knobs),
    "redeployment": lambda has: any(has.redeployed(each) for each in has.knobs),
    "leases": lambda has: has.issues("leased"),
    "per-task-issuance": lambda has: has.issues("per-task"),
    "per-action-issuance": lambda has: has.issues("per-action"),
    "renewal": lambda has: any(each.renewal for each in has.knobs),
    "task-scope": lambda has: has.leaks and any(each.knobs.scope == "task" for each in has.wieldable),
    "action-scope": lambda has: has.leaks and any(each.knobs.scope == "action" for each in has.wieldable),
    "sharing": lambda has: any(has.shared(each) for each in has.parts),
    "sender-constraint": lambda has: has.leaks and any(each.binding == "sender-constrained" for each in has.knobs),
    "broker-custody": lambda has: has.leaks and any(each.custody == "broker" for each in has.knobs),
    "escrow": lambda has: any(each.escrow for each in has.knobs),
    "fallback": lambda has: has.falls_back,
    "approval": lambda has: any(each.approval for each in has.strategies),
    "delegation": lambda has: has.delegates,
    "token-passthrough": lambda has: has.delegates and has.works("passthrough"),
    "token-exchange": lambda has: has.delegates and has.works("exchange"),
    "tool-chaining": lambda has: has.chains,
    "policy": lambda has: any(each.policy for each in has.strategies),
    "issuer": lambda has: has.issues(*ISSUED),
    "issuer-outages": lambda has: has.issues(*ISSUED) and has.scenario.issuer.outages is not None,
    "wrong-approval": lambda has: (
        bool(has.changes) and any(each.approval and each.approval.approves_bad > 0 for each in has.strategies)
    ),
    # How credentials are taken back
    "revocation-at-task-end": lambda has: any(each.revocation.task_end for each in has.knobs),
    "revocation-at-action-end": lambda has: any(each.revocation.action_end for each in has.knobs),
    "revocation-at-retirement": lambda has: has.retires and any(each.revocation.retirement for each in has.knobs),
    "revocation-on-detection": lambda has: has.noticed and any(each.revocation.detection for each in has.knobs),
    "manual-revocation": lambda has: any(each.by == "manual" for each in has.revocations),
    "failing-revocation": lambda has: any(each.fails > 0 for each in has.revocations),
    "eviction": lambda has: has.evicts,
    "offboarding": lambda has: has.retires,
    # What agents do beside their tasks
    "excess-tools": lambda has: any(has.connected[name] - has.in_tasks[name] for name in has.connected),
    "untrusted-content": lambda has: any(each.injection for each in has.changes),
    "objective-change": lambda has: bool(has.changes),
    # What the estate is like
    "excess-privilege": lambda has: has.leaks and has.excess,
    "stored-secrets": lambda has: any(walk.secrets for walk in has.walks),
    "managed-secrets": lambda has: has.managed,
    "secret-rotation": lambda has: any(each.rotated_every for each in has.secrets),
    "environment-crossing": lambda has: any(has.crosses(walk) for walk in has.walks),
    "role-assumption": lambda has: any(each.assumes for each in has.roles),
    "minting": lambda has: any(each.mints for each in has.roles),
    "losses": lambda has: any(each.loss for each in has.resources),
}
"""Mechanism → whether a scenario has what it takes; those that are planned have none yet."""


def exercised(scenario: Scenario, strategies: Iterable[str] | None = None) -> tuple[str, ...]:
    """The mechanisms that a scenario exercises, in the order of the data file.

    Args:
        strategies: only under these; None: under all of its own.
    """
    chosen = scenario.strategies if strategies is None else {name: scenario.strategies[name] for name in strategies}
    has = Means(scenario, tuple(chosen.values()))
    return tuple(key for key in standards().modelled if PREDICATES[key](has))


def measured(mechanisms: Collection[str]) -> tuple[str, ...]:
    """The metrics that say something where these mechanisms are exercised."""
    return tuple(
        key for key, each in standards().metrics.items() if not each.measures or {*each.measures} & {*mechanisms}
    )


def evidenced(mechanisms: Collection[str], metrics: Collection[str]) -> frozenset[str]:
    """The identifiers that some of these evidence."""
    keys = {"mechanisms": mechanisms, "metrics": metrics}
    return frozenset(each for group, key, entry in standards().entries if key in keys[group] for each in entry.ids)
