"""Scenario → World: ids, ticks, laws, the access graph, strategies as numbers."""
