"""Hints without shame: a question, a clue, nearly the line; and how convkit itself does it."""

from __future__ import annotations

import difflib
import inspect
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import convkit
from convkit import layers
from convkit.checks.checking import WrongName, find, modules
from convkit.learning.journal import was_checked
from convkit.plain import plainly

_seen: Counter[str] = Counter()

_BEGIN = {
    "Linear": ("linear-",),
    "Tanh": ("tanh-",),
    "LocallyConnected2d": ("local-unit", "local-forward", "local-backward"),
    "correlate2d": ("correlate",),
    "convolve2d": ("convolve-",),
    "Conv2d": ("conv-forward", "conv-backward-"),
    "MaxPool2d": ("places", "max-forward", "max-backward"),
    "AvgPool2d": ("places", "average-"),
    "Flatten": ("flatten",),
    "SoftmaxCrossEntropy": ("cross-entropy-",),
    "SGD": ("sgd",),
    "Sigmoid": ("sigmoid-",),
    "ReLU": ("relu-",),
    "Abs": ("abs-",),
    "Gain": ("gain-",),
    "LocalContrastNorm2d": ("window", "weighted-sum", "blur", "subtractive-", "divisive-"),
    "BatchNorm": ("normalize", "columns", "batchnorm-"),
    "ConvNet": ("convnet-",),
    "train": ("train-",),
    "dense_parameters": ("dense-",),
    "local_parameters": ("local-parameters",),
    "conv_parameters": ("conv-parameters",),
}
"""What the topics of a name begin with."""


@dataclass(frozen=True)
class Hint:
    """The steps of a hint that have been asked for so far."""

    topic: str
    steps: tuple[str, ...]
    left: int

    def __repr__(self) -> str:
        lines = [f"{number}. {step}" for number, step in enumerate(self.steps, start=1)]
        return "\n".join([*lines, self._more()])

    def _repr_markdown_(self) -> str:
        lines = [f"{number}. {step}" for number, step in enumerate(self.steps, start=1)]
        return "\n".join([*lines, "", f"*{self._more()}*"])

    def _more(self) -> str:
        if self.left:
            return f'More? Ask again: hint("{self.topic}")'
        return "That is all there is to say without giving it away."


@dataclass(frozen=True)
class Source:
    """Sources, coloured in a notebook and plain in a terminal.

    Attributes:
        sources: each with the place where it stands, the plainest first.
    """

    name: str
    sources: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return "\n\n".join(f"# {place}\n{code}" for place, code in self.sources)

    def _repr_html_(self) -> str:
        from IPython.display import Code

        html: str = Code(repr(self), language="python")._repr_html_()
        return html


def hint(topic: Any) -> Hint:
    """The next of the three steps for ``topic``, below those that were shown before.

    Args:
        topic: a name, or the class or function itself.

    Raises:
        WrongName: there is no such topic; says which come close, or which a name has.
    """
    hints, topic = topics(), getattr(topic, "__name__", topic)
    parts = _topics_of(topic)
    if len(parts) == 1:
        (topic,) = parts
    if topic not in hints:
        whole = " as a whole" if parts else ""
        calls = " or ".join(f'hint("{each}")' for each in parts or _similar(topic))
        ask = calls or 'what you are writing, such as hint("Conv2d")'
        raise WrongName(f"There is no hint for {topic!r}{whole}: ask for {ask}.")
    _seen[topic] = min(_seen[topic] + 1, len(hints[topic]))
    return Hint(topic, hints[topic][: _seen[topic]], len(hints[topic]) - _seen[topic])


def reveal(name: Any) -> Source:
    """How convkit itself does ``name``, once an attempt of the learner's own has been checked.

    First plainly, as the exercise asks for it, then as the layer that the course runs on.

    Args:
        name: a name, or the class or function itself.

    Raises:
        WrongName: convkit has no such class or function, or there was no attempt yet.
    """
    name = getattr(name, "__name__", name)
    if name in (*layers.__all__, "SGD"):
        reference = getattr(convkit, name)
    else:
        reference = find(name).reference if name in modules() else None
    if not (inspect.isclass(reference) or inspect.isfunction(reference)):
        raise WrongName(f"name: expected a name that you implement, such as Conv2d, got {name!r}")
    if not was_checked(name):
        raise WrongName(f"First try it yourself and run check({name}), then ask again.")
    plain = plainly(name)
    shown = [reference] if plain is None else [plain, reference]
    return Source(name, tuple(_source(each) for each in shown))


def _topics_of(name: Any) -> list[str]:
    """The hints for the parts of something that a learner implements."""
    begins = _BEGIN.get(name, ())
    return [topic for topic in topics() if topic.startswith(begins)] if begins else []


def _similar(topic: Any) -> list[str]:
    """What somebody may have meant: topics, or names that are implemented."""
    known = {each.lower(): each for each in (*topics(), *_BEGIN)}
    found = difflib.get_close_matches(str(topic).lower(), known, 3, 0.6)
    return [known[each] for each in found]


def _source(target: Any) -> tuple[str, str]:
    lines, start = inspect.getsourcelines(target)
    return f"{target.__module__.replace('.', '/')}.py, line {start}", "".join(lines)


@cache
def topics() -> dict[str, tuple[str, ...]]:
    """Every hint: its steps by its topic."""
    text = files("convkit.learning").joinpath("hints.toml").read_text(encoding="utf-8")
    return {topic: tuple(entry["steps"]) for topic, entry in tomllib.loads(text).items()}
