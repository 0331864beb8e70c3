"""Quantities: what is observed on a case."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

SECOND_TIME = "second time"
"""The case comes again, after other data and other parameters."""

ASKED_AGAIN = "asked again"
"""backward comes a second time after the same forward."""

BESIDE = "beside another layer"
"""Another layer of the kind is alive and at work."""

LATER = "after another layer was called"
"""The very array that came out, once a layer like it has been called with other numbers."""

AFTER_OTHERS = "after eval() and other calls"
"""The case comes to a layer that has seen other data and that is told to evaluate, or to train."""

SINGLE = "in float32"
"""The case comes in single precision."""


_AGAIN = (SECOND_TIME, ASKED_AGAIN, BESIDE, LATER, AFTER_OTHERS)


class Quantity(NamedTuple):
    """One thing that is observed on a case; `str` gives it in words.

    A tuple, because behaviours are looked up by it all the time.

    Attributes:
        what: an array such as "y" or "x", "grad" for a gradient, or the dict that it stands in.
        name: the parameter, or what it is the gradient of.
        given: what was given instead of the case: "of 2x − 3z", "with rng=0".
        after: since when it should be as it was: "forward", "backward", …
        step: the optimizer's, from 1.
        how: in which way it came out, where that was not by the plain case.
    """

    what: str
    name: str = ""
    given: str = ""
    after: str = ""
    step: int = 0
    how: str = ""

    @property
    def array(self) -> str:
        """What it is called in code: ``grad_x``, ``params["bias"]``."""
        if self.what == "grad":
            return f"grad_{self.name}"
        return f'{self.what}["{self.name}"]' if self.name else self.what

    def at(self, index: tuple[int, ...]) -> str:
        """One number of it, ``y[0, 1], second time``; all of it where there is no index."""
        place = f"[{', '.join(map(str, index))}]" if index else ""
        before = {" ": self.given, " after ": self.after}
        behind = {", step ": self.step, ", ": self.how}
        said = ("".join(f"{a}{b}" for a, b in each.items() if b) for each in (before, behind))
        return f"{self.array}{place.join(said)}"

    def __str__(self) -> str:
        return self.at(())

    @property
    def backward(self) -> bool:
        """Whether a backward pass gives it."""
        return self.what in ("grad", "grads") or self in (INNER_PRODUCT, KEYS)

    @property
    def of_other_x(self) -> bool:
        """Whether it is y of another x, asked of a layer that has seen the case."""
        return self.what == "y" and bool(self.given)

    def again(self, how: str) -> Quantity:
        """The same quantity, found in another way."""
        return self._replace(how=how)

    @property
    def first(self) -> Quantity:
        """The quantity that it must equal, if it is one that was asked for again."""
        return self.again("") if self.how in _AGAIN else self


Y, GRAD_X = Quantity("y"), Quantity("grad", "x")
KEYS = Quantity("the entries of params and grads")
GRAD_Y_AFTER = Quantity("grad", "y", after="backward")
INNER_PRODUCT = Quantity("⟨x, grad_x⟩")
params, grads = partial(Quantity, "params"), partial(Quantity, "grads")
first_params = partial(Quantity, "first params")
WITH_OTHER_PARAMS = "y with other params"
"""What becomes of y where an entry of params holds other numbers."""


def argument_after(name: str) -> Quantity:
    """An array that was given to a function, which should be as it was."""
    return Quantity(name, after="the call")
