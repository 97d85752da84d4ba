"""What an intruder can walk through with credentials of a strategy, as far as the keys of a scenario say.

The same walk as that of `sim.model.reach`, without clock and chance, but of a whole scenario at once and by name: it
tells which mechanisms of the estate can play a part at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import get_args

from sim.inputs.estate import Level
from sim.inputs.schema import Scenario

_RANK = {level: rank for rank, level in enumerate(get_args(Level))}


@dataclass
class Walk:
    """From roles, or from what tasks need of them, to all that these lead to.

    Attributes:
        absent: managed secrets that do not lie where they are stored.
        roles: those that the walk goes out from in full.
        resources: resource → the highest level at which it is touched.
        secrets: those that are read, with the resources in which they lie.
    """

    scenario: Scenario
    absent: Collection[str]
    roles: set[str] = field(default_factory=set)
    resources: dict[str, int] = field(default_factory=dict)
    secrets: set[tuple[str, str]] = field(default_factory=set)

    def from_roles(self, roles: Iterable[str]) -> None:
        """Go on from credentials with role scope."""
        queue = [role for role in roles if role not in self.roles]
        while queue:
            name = queue.pop()
            if name in self.roles:
                continue
            self.roles.add(name)
            role = self.scenario.estate.roles[name]
            queue += [*role.assumes, *role.mints]
            for resource, level in role.can.items():
                queue += self._touched(resource, _RANK[level])

    def from_task(self, roles: Iterable[str], needs: Iterable[str]) -> None:
        """Go on from credentials of a task, scoped to what it needs."""
        for name in roles:
            can = self.scenario.estate.roles[name].can
            for resource in needs:
                if resource in can:
                    self.from_roles(self._touched(resource, _RANK[can[resource]]))

    def _touched(self, name: str, rank: int) -> list[str]:
        """Touch a resource; the roles that its secrets open."""
        if self.resources.get(name, -1) >= rank:
            return []
        self.resources[name] = rank
        opened = []
        for key in self.scenario.estate.resources[name].stores:
            secret = self.scenario.estate.secrets[key]
            if rank >= _RANK[secret.readable_with] and key not in self.absent:
                self.secrets.add((key, name))
                opened.append(secret.opens)
        return opened
