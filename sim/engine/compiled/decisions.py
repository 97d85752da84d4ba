"""A table of decisions → arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.model.policy import PolicyTable

Array = npt.NDArray[Any]


def decisions(policy: PolicyTable | None) -> dict[str, Array]:
    """Arrays of the Tables by name; without a policy set they have no rows, and nobody looks."""
    if policy is None:
        none, nowhere = np.zeros(0, np.int64), np.zeros((0, 0), np.int64)
        return {"verdicts": np.zeros(0, np.uint8), "first_entry": nowhere, "call_steps": none, "age_steps": none}
    return {
        "verdicts": np.array(policy.verdicts, np.uint8),
        "first_entry": np.array(policy.first, np.int64),
        "call_steps": np.array(policy.call_steps, np.int64),
        "age_steps": np.array(policy.age_steps, np.int64),
    }
