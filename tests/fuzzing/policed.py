"""Policies laid over a third of the random scenarios: strategies of theirs once more, now with a policy set.

Drawn apart from the scenario, so that all it had before stays as it was. Every policy is made from a request that the
scenario can make, so that each applies somewhere.
"""

from __future__ import annotations

from typing import Any

from sim.inputs.policies.section import PolicySet
from sim.inputs.policies.space import CONTEXT, Call, Space, Thing, space
from sim.inputs.schema import Scenario
from tests.fuzzing.dice import Dice

Content = dict[str, Any]
EVERY, THOSE = 3, 1
APART = 1_000_000
"""An even number, so that the grid is the scenario's."""
OVERFLOW = 2**63 - 1
LATER = ("in_task", "in_chain")
"""Attributes that policies read only where objectives change."""


def with_policies(number: int, content: Content, beat: float) -> Content:
    """The scenario of a number, with policies if it is one of those that get some; beat: in minutes."""
    if number % EVERY == THOSE:
        dice = Dice(number + APART)
        dice.beat = beat
        _Overlay(dice, content).lay()
    return content


class _Overlay:
    def __init__(self, dice: Dice, content: Content) -> None:
        self.dice, self.content = dice, content
        self.changing = bool(content.get("objective-changes"))

    def lay(self) -> None:
        dice, content = self.dice, self.content
        for resource in content["estate"]["resources"].values():
            environment, untrusted = dice.pick(["prod", "test"]), dice.often(0.5)
            known = resource.get("untrusted-content", untrusted)
            resource |= {"environment": environment, "untrusted-content": known}
        sets: Content = {"open": self.policies(permissive=True)}
        if dice.often(0.5):
            sets["closed"] = self.policies(permissive=False)
        strategies = content["strategies"]
        for name in sets:
            strategies[f"with-{name}"] = {**dice.pick(list(strategies.values())), "policy": name}
        content["policies"] = sets

    def policies(self, permissive: bool) -> Content:
        dice = self.dice
        steps: Content = {}
        if dice.often(0.8):
            steps["calls"] = sorted(dice.some([1, 2, 3, 5], 1, 2))
        if dice.often(0.8):
            # On the grid many credentials are as old as a step to the tick.
            ages = {round(dice.beat * 60 * dice.whole(0, 6)) or 1 for _ in range(dice.whole(1, 2))}
            steps["credential-age"] = [f"{age}s" for age in sorted(ages)]
        found: Content = {"steps": steps} if steps or dice.often(0.5) else {}
        if dice.often(0.5):
            names = [name for name in CONTEXT if self.changing or name not in LATER]
            found["missing"] = dice.some([name.replace("_", "-") for name in names], 1, 5)
            more = [dice.pick(LATER).replace("_", "-")] if self.changing else []
            found["missing"] = list(dict.fromkeys([*found["missing"], *more]))
        if dice.often(0.5):
            found["on-error"] = dice.pick(["deny", "deny", "skip"])
        asked = space(Scenario.model_validate(self.content), PolicySet.model_validate({**found, "text": "-"}))
        written = [self.policy(asked, "permit" if dice.often(0.3) else "forbid", n) for n in range(dice.whole(1, 3))]
        if "missing" in found:
            reads = found["missing"][0].replace("-", "_")
            written.append(f'@id("reads")\n{self.forbid(asked)} when {{ context.{reads} == context.{reads} }};')
        everything = '@id("everything") permit(principal, action, resource);'
        start = [everything] if permissive else [self.policy(asked, "permit", 90 + n) for n in range(dice.whole(1, 4))]
        return {**found, "text": "\n".join([*start, *written])}

    def policy(self, asked: Space, effect: str, number: int) -> str:
        """A policy that applies to some request at least."""
        dice = self.dice
        call = dice.pick(asked.calls)
        thing = asked.things[dice.pick(call.touches)]
        options = [*self.scope(call, thing)]
        scope = ", ".join(dice.pick(each) for each in options)
        conditions = dice.some(self.conditions(asked, call, thing), 1, 2)
        return f'@id("p{number}")\n{effect}({scope}) when {{ {" && ".join(conditions)} }};'

    def forbid(self, asked: Space) -> str:
        """The head of a forbid that is about some calls of one population."""
        call = self.dice.pick(asked.calls)
        principal, action, _ = self.scope(call, asked.things[call.touches[0]])
        return f"forbid({principal[-1]}, {self.dice.pick(action)}, resource)"

    @staticmethod
    def scope(call: Call, thing: Thing) -> tuple[list[str], ...]:
        role, population = f'principal in Role::"{call.role}"', f'principal in Population::"{call.population}"'
        return (
            ["principal", role, population],
            ["action", f'action == Action::"{call.tool}"'],
            ["resource", f'resource == Resource::"{thing.name}"'],
        )

    def conditions(self, asked: Space, call: Call, thing: Thing) -> list[str]:
        """Each is true of the same request: of its last step of calls and age."""
        found = [
            f'context.task_kind == TaskKind::"{call.kind}"',
            f"context.sensitivity >= {thing.sensitivity}",
            f'context.environment == Environment::"{thing.environment}"',
            "!context.approval",
            'context.objective == Objective::"own"',
            f"resource.untrusted_content == {str(thing.untrusted).lower()}",
            f"context.delegation_depth >= {call.depth}" if call.depth else "context.delegation_depth < 1",
        ]
        if self.changing:
            found += ['context.objective == Objective::"changed"'] * 3
            needed = asked.things.index(thing) in call.needed
            found += [f"context.in_chain == {str(call.in_chain).lower()}", f"context.in_task == {str(needed).lower()}"]
        if asked.call_steps:
            found += [f"context.calls >= {self.dice.pick(asked.call_steps)}"] * 2
            found += [f"context.calls + {OVERFLOW} > 0"]  # fails from the first step on
        if asked.age_steps:
            found += [f"{self.dice.pick(asked.age_steps)} <= context.credential_age"] * 2
        return found
