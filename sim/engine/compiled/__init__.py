"""The engine on numba: one event loop over arrays that writes the reference engine's log, byte for byte.

Nothing here is imported unless it is used: `cache` needs no numba, all else does.
"""
