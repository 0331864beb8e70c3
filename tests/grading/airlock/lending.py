"""What the tests of the airlock lend."""

import contextlib
import textwrap

from convkit.grading.airlock.airlock import WORKER_FILES, Airlock
from convkit.grading.airlock.times import Times
from convkit.grading.sandbox.bubblewrap import Limits, Sandbox, scratch_folder

LAYERS = '''
import gc

import numpy as np
from convkit import Layer

made = 0


class Scale(Layer):
    """y = scale * x"""

    def __init__(self, channels=1, *, rng=None):
        super().__init__()
        global made
        made += 1
        self.params["scale"] = np.random.default_rng(rng).normal(size=channels)
        self.channels = channels

    def forward(self, x):
        self.x = x
        return self.params["scale"] * x

    def backward(self, grad_y):
        self.grads["scale"] = (self.x * grad_y).sum(0)
        return self.params["scale"] * grad_y

    def grow(self, x):
        """Each time the same array."""
        self.grown = getattr(self, "grown", np.zeros_like(x))
        self.grown += x
        return self.grown

    def made_so_far(self):
        return made

    def alive_now(self):
        return sum(type(each) is Scale for each in gc.get_objects())

    def itself(self):
        return self


class Plain:
    def __init__(self, *layers):
        self.layers = layers
        self.params = {"w": np.ones(2)}

    def __iter__(self):
        return iter(self.layers)

    def __len__(self):
        return len(self.layers)

    def first(self):
        return self.layers[0]


def Maker(n):
    return Scale(n)
'''


LIMITS = Limits()


def cells(**sources):
    """%%implement cells; a class or function may be in the text of another's."""
    return [(name, textwrap.dedent(source)) for name, source in sources.items()]


@contextlib.contextmanager
def opened(sources, names=None, *, call_seconds=5.0, limits=LIMITS):
    names = list(dict.fromkeys(name for name, _ in sources)) if names is None else names
    with scratch_folder() as scratch:
        sandbox = Sandbox(scratch, readable=WORKER_FILES, limits=limits)
        airlock = Airlock(sources, names, sandbox, times=Times(call=call_seconds))
        try:
            yield airlock
        finally:
            airlock.close()


HELPERS = """
import os, time
def reply():
    # The pipes that the worker keeps for itself.
    return max(n for n in map(int, os.listdir('/proc/self/fd')) if n < 20 and is_pipe(n))
def is_pipe(n):
    try:
        return 'pipe' in os.readlink(f'/proc/self/fd/{n}')
    except OSError:
        return False
def end():
    time.sleep(60)
"""
