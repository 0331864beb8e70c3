"""Mistakes that are told by the promise they break, for any layer or function.

All of these promises are asked about only where the numbers are right when asked for alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from convkit.checks.judging.properties import same_values
from convkit.checks.naming.anatomy import Anatomy, pass_of
from convkit.checks.naming.look import Look
from convkit.checks.naming.misconception import Misconception
from convkit.checks.observing.exception_kinds import kind_of
from convkit.checks.observing.foreign_code import LearnerError
from convkit.checks.observing.quantity import (
    AFTER_OTHERS,
    ASKED_AGAIN,
    BESIDE,
    GRAD_Y_AFTER,
    SECOND_TIME,
    WITH_OTHER_PARAMS,
    Quantity,
    Y,
)


def broken_promise(anatomy: Anatomy, look: Look) -> Misconception | None:
    """The first mistake that is told by the promise it breaks."""
    id = next((id for id, (broken, *_) in _PROMISES.items() if broken(look)), None)
    if id is None:
        return None
    _, *words = _PROMISES[id]
    quantity, layer = look.quantity.again(""), look.quantity.after != "the call"
    title, when, hint = (
        text.format(
            it=quantity,
            parameter=Quantity("params", quantity.name),
            given=look.views[0].case.input_name if layer else quantity.what,
            forward="forward" if layer else anatomy.name,
        )
        for text in words
    )
    full = f"{anatomy.begins()}{id if anatomy.back else id.removeprefix('forward-')}"
    return Misconception(full, anatomy.name, title, when, hint, *anatomy.read(look.quantity))


def _seeded(look: Look) -> bool:
    return look.quantity.what == "first params" and bool(look.quantity.given)


def _failed(look: Look, *words: str) -> bool:
    """Whether an exception came whose kind or message holds one of these words."""
    got = look.views[0].got
    said = f"{kind_of(got)}: {got.message}" if isinstance(got, LearnerError) else ""
    return any(word in said for word in words)


def _input_changed(look: Look, by: str) -> bool:
    quantity = look.quantity.again("")
    return quantity == look.views[0].case.input_after(by) or quantity.after == "the call"


def _params_changed(look: Look, by: str) -> bool:
    return look.quantity.what == "params" and look.quantity.after == by


def _always_double(look: Look, passing: str) -> bool:
    got, right = look.views[0].got, look.views[0].expected[look.quantity].value
    double = isinstance(got, np.ndarray) and got.dtype == np.float64 != right.dtype
    return double and pass_of(look.quantity) == passing


def _asked(passing: str, *ends: str) -> Callable[[Look], bool]:
    return lambda look: pass_of(look.quantity) == passing and look.quantity.how in ends


def _remembers(look: Look) -> bool:
    if look.quantity.of_other_x:  # further questions, to a layer that has been asked before
        again = [(view, view.behaviour.get(Y.again(SECOND_TIME))) for view in look.wrong]
        return any(y is not None and not same_values(view.behaviour[Y], y) for view, y in again)
    return _asked("forward", SECOND_TIME, AFTER_OTHERS)(look)


def _missing(look: Look) -> bool:
    got = look.views[0].got
    raised = isinstance(got, LearnerError) and kind_of(got) == "missing"
    return raised and look.quantity.what == "grads"


def _not_used(look: Look) -> bool:
    """Wherever it was asked: some other numbers may change nothing by chance."""
    return look.quantity.what == WITH_OTHER_PARAMS and all(
        same_values(view.got, view.behaviour[Y]) for view in look.views
    )


def _differs(look: Look) -> bool:
    """Wherever a gradient is wrong, it is another the second time."""
    return look.quantity in look.views[0].case.gradients and all(
        isinstance(again := view.behaviour.get(look.quantity.again(SECOND_TIME)), np.ndarray)
        and not same_values(view.got, again)
        for view in look.wrong
    )


def _one_number(look: Look) -> bool:
    """Whether the first weights are all alike."""
    got = look.views[0].got
    return _seeded(look) and isinstance(got, np.ndarray) and got.size > 1 and np.ptp(got) == 0


# fmt: off
_PROMISES: dict[str, tuple[Callable[[Look], bool], str, str, str]] = {
    "forward-changes-input": (partial(_input_changed, by="forward"),
        "Your {forward} writes into {given}",
        "Whoever handed {given} over finds other numbers in it afterwards.",
        "`[…] =`, `+=` and `out=` change the array itself. Which of them is it here?"),
    "backward-changes-input": (partial(_input_changed, by="backward"),
        "backward writes into {given}",
        "Your forward keeps {given} itself, and your backward writes into the caller's array.",
        "`[…] =` and `*=` change the array itself. Which array is it in your backward?"),
    "backward-changes-upstream": (lambda look: look.quantity.again("") == GRAD_Y_AFTER,
        "backward writes into grad_y",
        "Your backward changes grad_y itself: the layer that handed it over finds other numbers.",
        "`*=`, `/=` and `[…] =` change the array itself. Which of them is it here?"),
    "backward-learns": (partial(_params_changed, by="backward"), "backward changes params",
        "After your backward, `params` holds other numbers. backward only works out gradients.",
        "Who changes the weights while a network is trained: the layer, or the optimizer?"),
    "forward-changes-params": (partial(_params_changed, by="forward"), "forward changes params",
        "After your forward, `params` holds other numbers, or the same in another dtype.",
        "Does your forward assign to an entry of `params`? It only has to read them."),
    "grads-missing": (_missing, "A gradient is not put into grads",
        "After your backward {it} is missing, or has another name.",
        "Which entries must `grads` have after backward?"),
    **{f"{passing}-always-double": (partial(_always_double, passing=passing),
        "{it} is float64, whatever {given} is",
        "Your {it} is float64, even where {given} is float32, as arrays without a dtype are.",
        "Which dtype does np.zeros give if you ask for none? Which one should it have?")
        for passing in ("forward", "backward")},
    "rng-required": (lambda look: _failed(look, "arguments rng") and not _seeded(look),
        "rng cannot be left out",
        "`rng` has no default in your __init__, so nobody can make a layer without a seed.",
        "What does `*, rng=None` say about a call without rng?"),
    "rng-unknown": (lambda look: _failed(look, "arguments rng") and _seeded(look),
        "The constructor does not take rng",
        "Your __init__ has no parameter `rng`, so nobody can choose the seed of the first weights.",
        "Compare the first line of your __init__ with the one that the exercise gives."),
    "rng-generator-only": (lambda look: _seeded(look) and _failed(look, "'int' object"),
        "rng is taken for a Generator",
        "You call a method of `rng`, but `rng` may be a number: a seed.",
        "What does np.random.default_rng make of a number, and what of a Generator?"),
    "weights-start-alike": (_one_number, "All weights start with the same number",
        "Your first weights are all alike, so all units compute the same and learn the same.",
        "If two units start alike, and see the same x, how could they ever differ?"),
    "params-replaced": (lambda look: look.quantity.what == "the dict network.params",
        "step makes another dict of network.params",
        "Your step gives the network a new dict `params`, and its layers go on using the old one.",
        "What does `network.params[name] = …` change, and what does `network.params = …`?"),
    "rng-number-only": (
        lambda look: _seeded(look) and "Generator" in look.quantity.given
        and isinstance(look.views[0].got, LearnerError),
        "rng is taken for a number",
        "You hand `rng` to what takes a number alone, but `rng` may be a Generator.",
        "What does np.random.default_rng make of a number, and what of a Generator?"),
    "rng-ignored": (lambda look: _seeded(look) and isinstance(look.views[0].got, np.ndarray),
        "The first weights do not come from rng",
        "Your weights are drawn without `rng`: a seed does not bring the same weights back.",
        "Which generator draws your first weights? Where does it get its seed?"),
    "state-params-ignored": (_not_used, "{parameter} is not used",
        "Your y stays the same when {parameter} holds other numbers.",
        "Where does your forward read `self.params`? Does it use what stands there now?"),
    "state-shared": (lambda look: look.quantity.how == BESIDE,
        "Your layers remember in one place that they all share",
        "Your layer keeps something in the class or in a global, and the next layer overwrites it.",
        "Two layers in one network: what of yours is in `self`, and what is there only once?"),
    "forward-remembers": (_remembers, "Earlier calls leave something behind in y",
        "The same {given} gives another y later: an earlier call has left its traces.",
        "What is set in one call, or not made anew, and read in another? Should it be?"),
    "backward-remembers": (_asked("backward", SECOND_TIME, AFTER_OTHERS),
        "Earlier calls leave something behind in a gradient",
        "The same {given} and grad_y get another gradient: an earlier call has left something.",
        "Which attribute is set in one call, or not made anew, and read in another?"),
    "backward-differs": (_differs, "{it} is different each time",
        "The same {given}, grad_y and params get another {it} in a new layer.",
        "Does backward use numbers that neither forward nor `params` gives, as of __init__?"),
    "backward-uses-up": (_asked("backward", ASKED_AGAIN),
        "A second backward gives another gradient",
        "Your backward changes what forward has kept, so asked again it gives something else.",
        "Which arrays and attributes does your backward write to? Does it read them, too?"),
}
"""By id: what tells it; title, sentence, hint."""
