"""A process that ends when the one that started it does, however that one ended."""

from __future__ import annotations

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9


def bound_to(parent: int) -> str:
    """The first line of a Python program that is killed when its parent, ``parent``, is no more.

    Without Linux, where grading is for tests of one's own code alone, that is not so. The text
    imports nothing of ours: until it has run, nobody would end the program.
    """
    return (
        "import ctypes, os, sys; "
        "sys.platform == 'linux' and "
        f"ctypes.CDLL(None).prctl({_PR_SET_PDEATHSIG}, {_SIGKILL}); "
        f"os.getppid() == {parent} or os._exit(1)"
    )
