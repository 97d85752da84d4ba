"""Replications: run, spread over processes, kept."""
