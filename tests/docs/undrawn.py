"""The command line without charts, which take most of a short comparison's time: `python undrawn.py compare …`."""

from contextlib import nullcontext

from sim.cli import main
from sim.outputs import studio
from tests.support import Blank

if __name__ == "__main__":
    studio.beside = lambda: nullcontext(Blank())
    main()
