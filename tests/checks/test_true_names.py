"""No false word: code that only resembles a known mistake is not said to make it."""

import linecache
import textwrap
from types import ModuleType

from convkit.checks.checking import examine

HEADER = "import numpy as np\nimport convkit\nfrom convkit import Layer\n\n"


def learner(name, source):
    """The class or function of a learner's cell."""
    source = HEADER + textwrap.dedent(source)
    module = ModuleType(name.lower())
    module.__file__ = f"<{name} of {hash(source)}>"
    linecache.cache[module.__file__] = (
        len(source),
        None,
        source.splitlines(keepends=True),
        module.__file__,
    )
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    return getattr(module, name)


def text_of(name, source):
    return str(examine(learner(name, source)))


def test_weights_that_are_used_are_not_said_to_be_ignored():
    """The same number added to every weight changes nothing for an x that is centred."""
    source = """
    class Linear(convkit.Linear):
        def forward(self, x):
            return super().forward(x - x.mean(axis=1, keepdims=True))
    """
    assert "whatever numbers" not in text_of("Linear", source)


def test_a_line_number_is_the_learners():
    """NumPy's generators are compiled, and give line numbers of sources that are not here."""
    source = """
    class Conv2d(convkit.Conv2d):
        def forward(self, x):
            np.random.default_rng(0).normal(size=-1)
            return super().forward(x)
    """
    assert "in line 8: `np.random.default_rng(0).normal(size=-1)`" in text_of("Conv2d", source)
