"""Engines: a World and a plan in, an event log out."""
