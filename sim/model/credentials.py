"""A strategy's knobs as the numbers that the engines read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.core.events import Cause
from sim.core.laws import Law
from sim.core.units import FOREVER
from sim.inputs.strategy import Approval, Knobs, Revocation, Strategy
from sim.model.laws import law
from sim.model.policy import PolicyTable
from sim.model.world import World


@dataclass(frozen=True)
class RevocationRow:
    """How a revocation goes, once it is asked for."""

    manual: bool
    delay: Law
    fails: float


@dataclass(frozen=True)
class ApprovalRow:
    """Which tools' calls need a person's approval; `elevation` 0: it is good for one call."""

    tools: frozenset[int]
    elevation: int
    approves_bad: float
    refuses_good: float


@dataclass(frozen=True)
class Plan:
    """One strategy, or the fallback of one; which of the two serves a role is said by `of`.

    Attributes:
        standing, per_task, per_action: issuance; none of them: leased.
        lifetime: ticks from issuance or renewal to expiry; FOREVER for standing ones.
        renew_after: ticks after issuance or renewal at which it is renewed; 0: never.
        max_life: ticks from issuance that no renewal reaches past.
        rotate_every: ticks; 0: never. overlap, rollout, aligned: see the schema.
        task_scope: the credential reaches its task's resources only.
        action_scope: the credential reaches only what the tool touches that it was issued for.
        groups: holder group of each agent; agents of one group hold the same standing credentials.
        members: agents of each group.
        bound: useless away from the workload.
        escrow: static keys from escrow.
        custody: who keeps it, `agent` or `broker`.
        revocation: by the cause that asks for it.
        approval: of calls, by people; None: no call needs it.
        redeployment: after a standing one was revoked, until a holder has the new one.
        policy: asked before each call; None: every call is allowed.
        delegation: what delegated tasks work with: own, passthrough, exchange.
        fallback: serves the roles `by_fallback`, whose tools do not accept the strategy's kind of credential.
        absent: managed secrets that do not lie where they are stored: their roles' credentials are not standing.
    """

    name: str
    issuance: str
    standing: bool
    per_task: bool
    per_action: bool
    lifetime: int
    renew_after: int
    max_life: int
    rotate_every: int
    overlap: int
    rollout: Law
    aligned: bool
    task_scope: bool
    action_scope: bool
    groups: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]
    group_names: tuple[str, ...]
    bound: bool
    escrow: bool
    custody: str
    revocation: dict[Cause, RevocationRow]
    approval: ApprovalRow | None
    redeployment: Law
    policy: PolicyTable | None
    delegation: str = "own"
    fallback: Plan | None = None
    by_fallback: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()

    def of(self, role: int) -> Plan:
        """The plan of a role's credentials: this one, or the fallback."""
        return self.fallback if self.fallback is not None and role in self.by_fallback else self

    @property
    def kept(self) -> bool:
        """By a broker, so that whoever takes over the workload has its use, not itself."""
        return self.custody == "broker"

    @property
    def parts(self) -> tuple[Plan, ...]:
        """This plan and, where it has one, its fallback."""
        return (self, self.fallback) if self.fallback is not None else (self,)

    def scope(self, stand: int, tool: int, world: World) -> frozenset[int] | None:
        """What a credential reaches that was issued for a task and a call of a tool; None: all that its role can.

        Args:
            stand: the task's kind; for what was got in exchange the standpoint that it was narrowed to (World.needs).
        """
        touches = world.tools[tool].touches if self.action_scope else None
        if stand >= len(world.kinds):
            return world.needs(stand) if touches is None else world.needs(stand) & touches
        return world.needs(stand) if self.task_scope else touches

    def exchanges(self, role: int) -> bool:
        """Whether a delegated task gets credentials of a role in exchange: those of static keys cannot be."""
        part = self.of(role)
        return self.delegation == "exchange" and not part.standing and not part.escrow

    def passes_on(self, role: int) -> bool:
        """Whether a delegated task works with the delegating one's credential of a role, unless bound or kept."""
        part = self.of(role)
        return self.delegation == "passthrough" and not part.bound and not part.kept


def plan(name: str, strategy: Strategy, world: World) -> Plan:
    """The numbers of a strategy in a world."""
    main = replace(_part(name, strategy, world), delegation=strategy.delegation)
    if strategy.approval is not None:
        main = replace(main, approval=_approval(strategy.approval, world))
    if strategy.policy is not None:
        main = replace(main, policy=world.policies[strategy.policy])
    if strategy.fallback is not None:
        roles = frozenset(tool.role for tool in world.tools if strategy.kind not in tool.accepts)
        main = replace(main, fallback=_part(name, strategy.fallback, world), by_fallback=roles)
    managed = {edge.target for edge in world.edges if edge.managed}
    absent = frozenset(secret for secret in managed if not main.of(world.secret_roles[secret]).standing)
    return replace(main, absent=absent)


def _part(name: str, strategy: Knobs, world: World) -> Plan:
    rotation, renewal = strategy.rotation, strategy.renewal
    groups, names = _groups(strategy.sharing, world)
    return Plan(
        name=name,
        issuance=strategy.issuance,
        standing=strategy.issuance == "standing",
        per_task=strategy.issuance == "per-task",
        per_action=strategy.issuance == "per-action",
        lifetime=strategy.lifetime or FOREVER,
        renew_after=max(1, round(strategy.lifetime * renewal.at)) if renewal and strategy.lifetime else 0,
        max_life=renewal.max_life if renewal else 0,
        rotate_every=rotation.every if rotation else 0,
        overlap=rotation.overlap if rotation else 0,
        rollout=law(rotation.rollout if rotation else None),
        aligned=bool(rotation and rotation.phase == "aligned"),
        task_scope=strategy.scope == "task",
        action_scope=strategy.scope == "action",
        groups=groups,
        members=tuple(
            tuple(agent for agent, group in enumerate(groups) if group == number) for number in range(len(names))
        ),
        group_names=names,
        bound=strategy.binding == "sender-constrained",
        escrow=strategy.escrow,
        custody=strategy.custody,
        revocation=_revocations(strategy),
        approval=None,
        redeployment=law(strategy.redeployment),
        policy=None,
    )


def _approval(approval: Approval, world: World) -> ApprovalRow:
    roles = _touching(approval.sensitivity, world) if approval.sensitivity is not None else set()
    tools = frozenset(
        number
        for number, (name, tool) in enumerate(zip(world.tool_names, world.tools, strict=True))
        if approval.every_call or name in approval.tools or tool.role in roles
    )
    return ApprovalRow(tools, approval.elevation or 0, approval.approves_bad, approval.refuses_good)


def _touching(sensitivity: int, world: World) -> set[int]:
    """Roles that can touch a resource of this sensitivity or more, or step into one that can."""
    assumed_by: dict[int, list[int]] = {}
    for edge in world.edges:
        if edge.relation == "assumes":
            assumed_by.setdefault(edge.target, []).append(edge.source)
    can = (edge for edge in world.edges if edge.relation == "can")
    found = {edge.source for edge in can if world.sensitivities[edge.target] >= sensitivity}
    queue = list(found)
    while queue:
        fresh = set(assumed_by.get(queue.pop(), ())) - found
        found |= fresh
        queue += fresh
    return found


def _groups(sharing: str, world: World) -> tuple[tuple[int, ...], tuple[str, ...]]:
    if sharing == "fleet":
        return tuple(0 for _ in world.agents), ("fleet",)
    if sharing == "kind":
        return tuple(a.population for a in world.agents), tuple(f"kind {p.name}" for p in world.populations)
    return tuple(range(len(world.agents))), tuple(a.name for a in world.agents)


def _revocations(strategy: Knobs) -> dict[Cause, RevocationRow]:
    rules: tuple[tuple[Cause, Revocation | None], ...] = (
        (Cause.TASK_END, strategy.revocation.task_end),
        (Cause.RETIREMENT, strategy.revocation.retirement),
        (Cause.DETECTION, strategy.revocation.detection),
        (Cause.ACTION_END, strategy.revocation.action_end),
    )
    return {cause: RevocationRow(rule.by == "manual", law(rule.delay), rule.fails) for cause, rule in rules if rule}
