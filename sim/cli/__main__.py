"""`python -m sim.cli` is `afterleak`."""

from sim.cli import main

main()
