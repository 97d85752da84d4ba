"""Errors, units, draws, laws and the log: what everything stands on."""
