"""Claims: what is said about strategies, as an experiment that can fail."""

from sim.inputs.claims.load import AS_IS, OFF, LoadedClaim, load_claim
from sim.inputs.claims.schema import Arm, Claim, Experiment, Sweep

__all__ = ["AS_IS", "OFF", "Arm", "Claim", "Experiment", "LoadedClaim", "Sweep", "load_claim"]
