"""A question before a picture, at the end of a lecture, and again some lectures later."""

from __future__ import annotations

import re
import textwrap
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets
import mistune
import traitlets

from convkit.learning import answers
from convkit.learning.questions import CHOICE, Asked, question
from convkit.widgets.base import Widget, script

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_markdown = mistune.create_markdown(escape=True)


class Question(Widget):
    """Answer, and read why. What the question is about comes after the answer.

    Each answer is kept in the learner's ``answers.json``. The reply and what is unlocked need no
    kernel: the browser has them, and shows them when something has been answered.

    Args:
        name: which question, of those in ``convkit/learning/lectures/``.
        then: the picture that is shown once an answer is committed.
        again: whether it is asked anew, though it has been answered before.

    Raises:
        WrongName: there is no such question.
    """

    _esm = script("question.js")
    _css = Path(__file__).with_name("question.css")

    given = traitlets.Dict().tag(sync=True)
    then = traitlets.Instance(Widget, allow_none=True).tag(
        sync=True, **ipywidgets.widget_serialization
    )

    def __init__(self, name: str, *, then: Widget | None = None, again: bool = False) -> None:
        self.asked, self.again = question(name), again
        before = [] if again else answers.answers().get(name, [])
        super().__init__(then=then, given=before[-1] if before else {})
        self.observe(self._keep, "given")

    def compute(self) -> dict[str, Any]:
        """The question and its replies, as HTML; a choice has its options in an order of theirs."""
        asked = self.asked
        return {
            "kind": asked.kind,
            "ask": _markdown(asked.ask),
            "why": asked.why,
            "right": asked.right,
            "within": asked.within,
            "grid": [list(row) for row in asked.grid],
            "because": _markdown(asked.because),
            "wrong": [[given, _markdown(reply)] for given, reply in asked.wrong],
            "otherwise": _markdown(asked.otherwise),
            "options": [[text, _markdown(text)] for text in _options(asked)],
            "unlocks": self._unlocks,
        }

    @property
    def _unlocks(self) -> bool:
        """Whether a picture waits for the answer, and not another question."""
        return self.then is not None and not isinstance(self.then, Question)

    def record(self) -> None:
        if self.then is not None:
            self.then.record()

    def picture(self) -> Figure:
        if self.then is not None and self._unlocks:
            return self.then.picture()
        from matplotlib.figure import Figure

        text = "\n".join(textwrap.wrap(_plain(self.asked.ask), 80))
        options = [f"○ {_plain(option)}" for option in _options(self.asked)]
        figure = Figure(figsize=(8, 0.8 + 0.3 * (text.count("\n") + len(options))))
        figure.text(0.02, 0.95, "\n".join([text, "", *options]), va="top", fontsize=11)
        return figure

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle, metadata = super()._repr_mimebundle_(**kwargs)
        shown = type(self.then).__name__ if self._unlocks else _plain(self.asked.ask)
        verb = "move" if self._unlocks else "answer"
        bundle["text/plain"] = f"{shown}: open the notebook in JupyterLab to {verb} it"
        return bundle, metadata

    def _keep(self, change: Any) -> None:
        given = change.new
        answers.keep(self.asked, given["given"], why=given.get("why", ""), again=self.again)


class Nothing:
    """There is nothing to be asked again."""

    def __repr__(self) -> str:
        return "Nothing to repeat today: go on."


def recall(lecture: str) -> Question | Nothing:
    """Ask again, one after the other, what was missed, and what was answered some lectures ago.

    Args:
        lecture: the one that begins, such as "05-pooling".
    """
    return ask(*(asked.name for asked in answers.due(lecture)), again=True) or Nothing()


def ask(*names: str, again: bool = False) -> Question | None:
    """Questions one after the other: each is asked once the one before it is answered."""
    chain = None
    for name in reversed(names):
        chain = Question(name, then=chain, again=again)
    return chain


def _options(asked: Asked) -> list[str]:
    """What can be chosen, in an order that does not tell and stays."""
    if asked.kind != CHOICE:
        return []
    options = [asked.right, *(given for given, _ in asked.wrong)]
    return sorted(options, key=lambda text: sha256(f"{asked.name} {text}".encode()).digest())


def _plain(markdown: str) -> str:
    return re.sub(r"[*`]", "", " ".join(markdown.split()))
