"""Random scenarios for comparing engines: small, crowded with trouble, and every knob turned in one or the other.

Odd numbers keep all durations on a coarse grid: many things happen at the same tick there, and engines that order them
differently part. Even numbers draw from every family of distributions.
"""

from __future__ import annotations

from typing import Any

from tests.fuzzing.approval import with_approval
from tests.fuzzing.custody import with_custody
from tests.fuzzing.delegating import sensible, with_delegation
from tests.fuzzing.dice import COUNTS, Dice
from tests.fuzzing.diverting import with_changes
from tests.fuzzing.much import with_much
from tests.fuzzing.policed import with_policies
from tests.fuzzing.serving import with_serving

Mapping = dict[str, Any]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEVELS = ("read", "write", "admin")
EVERY, LONG, LONGER = 100, (7, 38), 12
"""Two of a hundred, one on the grid, are longer: they fill several chunks of the log, and whatever else may be full."""


def random_scenario(number: int) -> Mapping:
    """The scenario of a number, as plain data for the schema or for a YAML file; always the same one."""
    maker = _Maker(Dice(number), LONGER if number % EVERY in LONG else 1)
    content = with_much(number % EVERY, maker.scenario(number), maker.dice, maker.beats)
    content = with_approval(number, number % EVERY, content, maker.dice.beat, maker.beats)
    content = with_serving(number % EVERY, content, maker.dice, maker.strategy)
    content = with_delegation(number, number % EVERY, content, maker.dice.beat)
    content = with_changes(number, number % EVERY, content, maker.dice.beat)
    content = with_policies(number, content, maker.dice.beat)
    return sensible(with_custody(number, number % EVERY, content, maker.dice.beat, maker.beats))


class _Maker:
    """Draws one scenario, part by part; later parts know the names of earlier ones."""

    def __init__(self, dice: Dice, longer: int) -> None:
        self.dice = dice
        self.beats = dice.whole(60, 200) * longer
        """Length of the simulation."""
        self.hot = dice.often(0.15)
        """Much leaks and is noticed soon, so that one version after another is revoked while others still live."""
        self.resources = [f"r{n}" for n in range(dice.whole(2, 6))]
        self.secrets = [f"s{n}" for n in range(dice.pick([0, 1, 2, 3, 4]))]
        self.roles = [f"role{n}" for n in range(dice.whole(2, 6))]
        self.tools = [f"t{n}" for n in range(dice.whole(1, 4))]
        self.kinds = [f"k{n}" for n in range(dice.whole(1, 3))]
        self.populations = [f"p{n}" for n in range(dice.whole(1, 3))]
        self.profiles = [f"hours{n}" for n in range(dice.whole(0, 2))]

    def scenario(self, number: int) -> Mapping:
        dice, estate = self.dice, self.estate()
        issuer = {"issuer": self.issuer()} if dice.often(0.9) else {}
        return {
            "format": 1,
            "title": f"random scenario {number}",
            "horizon": dice.written(self.beats),
            "profiles": {name: self.profile() for name in self.profiles},
            "estate": estate,
            "tasks": {name: self.task(estate) for name in self.kinds},
            "agents": {name: self.population() for name in self.populations},
            "leaks": {f"c{n}": self.channel() for n in range(dice.whole(1, 4))},
            "attacker": {"hop": dice.times(0, dice.pick([0, 1, 3]))},
            "defender": self.defender(),
            **issuer,
            "strategies": {f"x{n}": self.strategy() for n in range(dice.whole(2, 4))},
        }

    def profile(self) -> Mapping:
        """Wide enough that a short simulation, which starts on Monday at midnight, sees both sides of it."""
        starts = self.dice.whole(0, 6)
        profile: Mapping = {"starts": starts, "ends": starts + self.dice.whole(6, 17)}
        days = self.dice.random.sample(DAYS, self.dice.whole(5, 7))
        profile |= {"days": days} if self.dice.often(0.8) else {}
        return profile | ({"outside": self.dice.number(0, 0.6)} if self.dice.often(0.5) else {})

    # --- the estate ---
    def estate(self) -> Mapping:
        roles = {name: self.role() for name in self.roles}
        tools = {name: self.tool() for name in self.tools}
        for tool in tools.values():  # a task needs a resource, so a tool's role can touch one
            role = roles[tool["uses"]]
            role["can"] = role.get("can") or {self.dice.pick(self.resources): self.dice.pick(LEVELS)}
        return {
            "resources": {name: self.resource() for name in self.resources},
            "secrets": {name: self.secret() for name in self.secrets},
            "roles": roles,
            "tools": tools,
        }

    def resource(self) -> Mapping:
        dice = self.dice
        resource: Mapping = {"sensitivity": dice.whole(1, 5)}
        if self.secrets and dice.often(0.6):
            resource["stores"] = dice.some(self.secrets, 1, 2)
        if dice.often(0.6):
            thousands = dice.often(0.5)
            resource["loss"] = dice.law(0, 100, lambda size: f"{size:.3f}k" if thousands else round(size, 2))
        return resource

    def secret(self) -> Mapping:
        dice = self.dice
        secret: Mapping = {"opens": dice.pick(self.roles), "managed": dice.often(0.3)}
        if dice.often(0.6):
            secret["readable-with"] = dice.pick(LEVELS)
        if dice.often(0.6):
            secret["rotated-every"] = dice.span(8, 50)
        return secret

    def role(self) -> Mapping:
        dice = self.dice
        role: Mapping = {}
        if dice.often(0.8):
            role["can"] = {name: dice.pick(LEVELS) for name in dice.some(self.resources)}
        if dice.often(0.4):
            role["assumes"] = dice.some(self.roles, 1, 2)
        if dice.often(0.35):
            role["mints"] = dice.some(self.roles, 1, 2)
        if dice.often(0.8):
            role["session"] = dice.span(4, 20)
        if dice.often(0.6):
            role["minted-life"] = dice.span(4, 30)
        return role

    def tool(self) -> Mapping:
        dice = self.dice
        tool: Mapping = {"uses": dice.pick(self.roles), "duration": dice.times(0, dice.pick([0, 1, 3]))}
        if dice.often(0.7):
            tool["fails"] = dice.chance(0.05, 0.5)
        if dice.often(0.7):
            tool["retries"] = dice.whole(0, 3)
        if dice.often(0.95 if dice.grid else 0.7):
            tool["back-off"] = self.back_off()
        if dice.often(0.4):
            tool["needs-credential-until-end"] = dice.often(0.9)
        return tool

    def back_off(self) -> Mapping:
        dice = self.dice
        knobs = {
            "first": dice.span(0, 1),
            "factor": dice.pick([1, 2, 3] if dice.grid else [1, 2, 0.5, 1.7]),
            "most": dice.span(0, 4),
            # Jitter leads away from the grid.
            "jitter": dice.pick([0, 0, 1, 0.3]) if not dice.grid or dice.often(0.1) else 0,
        }
        return knobs if dice.grid else {key: value for key, value in knobs.items() if dice.often(0.85)}

    # --- the work ---
    def task(self, estate: Mapping) -> Mapping:
        dice = self.dice
        tools = dice.some(self.tools, 1, 4)
        task: Mapping = {"thinking": dice.times(0, 1)}
        if dice.often(0.5):
            task["steps"] = [dice.pick(tools) for _ in range(dice.whole(1, 4))]
            tools = task["steps"]
        else:
            chain = task["markov"] = self.markov(tools)
            tools = [*chain["start"], *(tool for row in chain["then"].values() for tool in row)]
        task["needs"] = dice.some(_touched(estate, tools))
        if dice.often(0.4):
            task["deadline"] = dice.span(3, 14)
        return task

    def markov(self, tools: list[str]) -> Mapping:
        dice = self.dice
        families = COUNTS[::-1] if dice.often(0.5) else COUNTS  # a nested mixture leaves the last one out
        return {
            "start": dice.weights(dice.some(tools)),
            "then": {tool: dice.weights(dice.some(tools)) for tool in tools},
            "length": dice.law(0, 4, lambda size: dice.pick([round(size), round(size, 2)]), families),
        }

    def population(self) -> Mapping:
        dice = self.dice
        population: Mapping = {
            "count": dice.whole(1, 3),
            "arrivals": self.arrivals(),
            "tasks": dice.weights(dice.some(self.kinds)),
        }
        if dice.often(0.75):
            population["concurrency"] = dice.whole(1, 4)
        if dice.often(0.45):
            population["tenure"] = dice.times(0.2 * self.beats, 0.9 * self.beats)
        return population

    def arrivals(self) -> Mapping:
        dice = self.dice
        way = dice.pick(["every", "every" if dice.grid else "poisson", "closed-loop"])
        knobs: Mapping
        if way == "poisson":
            knobs = {"rate": f"{60 / dice.beat / dice.number(4, 16):.6f}/h"}
            knobs |= {"profile": dice.pick(self.profiles)} if self.profiles and dice.often(0.6) else {}
        elif way == "every":
            knobs = {"interval": dice.span(2, 12)} | ({"first": dice.span(0, 6)} if dice.often(0.6) else {})
        elif dice.often(0.2):  # a pause of nothing is taken for a tick; only nothing would never end
            pauses = [("0s", 1), (dice.span(2, 8), 6)]
            knobs = {"pause": {"mixture": [{"weight": weight, "of": pause} for pause, weight in pauses]}}
        else:
            knobs = {"pause": dice.times_above(1, 8)}
        return {way: knobs} | ({"until": dice.span(0.4 * self.beats, 1.1 * self.beats)} if dice.often(0.4) else {})

    # --- attack and defence ---
    def happens(self, low: float, high: float) -> Mapping:
        return {"time": self.dice.times(low, high)} | (
            {"chance": self.dice.chance(0.3, 1)} if self.dice.often(0.6) else {}
        )

    def channel(self) -> Mapping:
        dice = self.dice
        channel: Mapping = {"discovery": self.happens(0, 8)}
        if dice.often(0.35 if dice.grid else 0.5):
            channel["at-rest"] = f"{dice.number(1, 5) * 60 / dice.beat / self.beats:.6f}/h"
            if dice.often(0.7):
                channel["holds"] = dice.some(["standing", "leased", "per-task"], 2, 3)
        else:
            channel["per-use"] = dice.number(0.1, 0.4) if self.hot else dice.chance(0.02, 0.2)
        if dice.often(0.3):
            channel["tools"] = dice.some(self.tools)
        if dice.often(0.3):
            channel["agents"] = dice.some(self.populations)
        if self.hot or dice.often(0.7):
            channel["detection"] = self.happens(0, 2 if self.hot else 12)
        return channel | ({"remediation": dice.times(0, 6)} if dice.often(0.5) else {})

    def defender(self) -> Mapping:
        dice = self.dice
        defender: Mapping = {}
        if dice.often(0.75):
            defender["intrusion"] = {"detection": self.happens(1, 30), "eviction": dice.times(0, 8)}
        if self.profiles and dice.often(0.6):
            defender["staffed"] = dice.pick(self.profiles)
        return defender

    def issuer(self) -> Mapping:
        dice = self.dice
        knobs: Mapping = {
            "capacity": dice.pick([1, 1, 2, 3, 4]),
            "service": dice.times(0, dice.pick([0, 1, 3])),
            "rate-limit": f"{60 / dice.beat / (dice.whole(1, 2) if dice.grid else dice.number(0.1, 1.5)):.6f}/h",
            "burst": dice.whole(1, 3),
            "fails": dice.chance(0.05, 0.4),
            "outages": {"between": dice.times_above(8, 40), "lasting": dice.times(0, 8)},
            "retries": dice.whole(0, 4),
            "back-off": self.back_off(),
        }
        return {key: knobs[key] for key in knobs if dice.often(0.4 if key in ("rate-limit", "fails") else 0.75)}

    # --- strategies ---
    def strategy(self) -> Mapping:
        dice = self.dice
        issuance = dice.pick(["standing", "leased", "per-task"])
        strategy: Mapping = {"issuance": issuance}
        strategy |= self.standing() if issuance == "standing" else self.short_lived(issuance)
        triggers = ("task-end", "retirement", "detection") if issuance == "per-task" else ("retirement", "detection")
        revocation = {name: self.revocation() for name in triggers if dice.often(0.7)}
        strategy |= {"revocation": revocation} if revocation else {}
        if dice.often(0.3):
            strategy["binding"] = dice.pick(["bearer", "bearer", "sender-constrained"])
        return strategy

    def revocation(self) -> Mapping:
        dice = self.dice
        rule: Mapping = {"delay": dice.times(0, dice.pick([0, 1] if self.hot else [0, 4, 12]))}
        rule |= {"by": dice.pick(["automatic", "manual"])} if dice.often(0.7) else {}
        return rule | ({"fails": dice.chance(0.1, 0.5)} if dice.often(0.4) else {})

    def standing(self) -> Mapping:
        dice = self.dice
        knobs: Mapping = {"sharing": dice.pick(["agent", "kind", "fleet"])} if dice.often(0.7) else {}
        knobs |= {"redeployment": dice.times(0, 8)} if dice.often(0.7) else {}
        if dice.often(0.65):
            every = dice.beats(6, 30)
            knobs["rotation"] = {"every": dice.written(every)}
            optional = {
                "overlap": dice.span(0, dice.pick([0, 4, every - 2])),  # a long one keeps several versions alive
                "rollout": dice.times(0, dice.pick([1, 4, 10])),
                "phase": dice.pick(["aligned", "aligned", "aligned", "random"] if dice.grid else ["random", "aligned"]),
            }
            knobs["rotation"] |= {key: value for key, value in optional.items() if dice.often(0.8)}
        return knobs

    def short_lived(self, issuance: str) -> Mapping:
        dice = self.dice
        lifetime = dice.beats(2, 8) if issuance == "per-task" else dice.beats(4, 24)
        knobs: Mapping = {"lifetime": dice.written(lifetime)}
        if issuance == "per-task" and dice.often(0.7):
            knobs["scope"] = dice.pick(["role", "task"])
        if dice.often(0.6):
            longest = lifetime * dice.pick([1.5, 2, 3, 10]) + 1
            # A half of an even number of beats is on the grid as well.
            knobs["renewal"] = {"at": dice.pick([0.5, 0.5, 0.25, 0.8]), "max-life": dice.written(longest)}
        return knobs


def _touched(estate: Mapping, tools: list[str]) -> list[str]:
    """The resources that a task with these tools may need: what their roles can touch, assumed ones included."""
    found: dict[str, None] = {}
    queue = [estate["tools"][tool]["uses"] for tool in tools]
    while queue:
        role = queue.pop()
        if role not in found:
            found[role] = None
            queue += estate["roles"][role].get("assumes", [])
    return list(dict.fromkeys(name for role in found for name in estate["roles"][role].get("can", {})))
