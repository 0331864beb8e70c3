"""`agree` lets pass what is right, and says of the rest what it is."""

import numpy as np
import pytest

from convkit.checks import Disagreement, agree
from convkit.checks.naming.relations import RELATIONS

RIGHT = np.array([[1.0, 2, 3], [4, 5, 7]])


def title(relation):
    """What is said of the result where a relation holds."""
    return RELATIONS[relation][1].format(it="The result")


@pytest.mark.parametrize(
    "got", [RIGHT, RIGHT.tolist(), RIGHT * (1 + 1e-9), RIGHT.astype(np.float32)]
)
def test_what_is_right_is_ticked_off(got, capsys):
    agree("y", got, RIGHT)
    assert capsys.readouterr().out == "✓ y\n"


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (None, "y: expected a result, got None. Does your code `return` it?"),
        ("text", "y: expected numbers, got str"),
        ([[1], [1, 2]], "y: expected numbers, got list"),
        (RIGHT.T, "y: expected shape (2, 3), got (3, 2), which is the same turned over"),
        (RIGHT[0], "y: expected shape (2, 3), got (3,)"),
        (-RIGHT, "Every number has the wrong sign, and nothing else is wrong."),
        (2 * RIGHT, "Every number is 2 times too large."),
        (RIGHT + 3, "What is added, or missing, is the same everywhere."),
        (0 * RIGHT, title("zeros")),
        (RIGHT[::-1, ::-1], "It is reversed along its rows and columns."),
        (RIGHT[::-1], "It is reversed along its rows."),
        (np.full((2, 3), np.nan), "6 of 6 numbers are wrong; expected 1 at [0, 0], got nan"),
        (
            RIGHT + 0.001 * (RIGHT == 1),
            "1 of 6 numbers are wrong; expected 1 at [0, 0], got 1.001",
        ),
    ],
)
def test_what_is_wrong_is_said(got, said):
    with pytest.raises(Disagreement) as failed:
        agree("y", got, RIGHT)
    assert said in str(failed.value)


def test_rows_and_columns_exchanged_and_a_single_number():
    square = np.array([[1.0, 2], [3, 5]])
    with pytest.raises(Disagreement, match=title("transposed")):
        agree("y", square.T, square)
    with pytest.raises(Disagreement, match=r"^slope: expected 12, got 11 \(x³ at 2\)$"):
        agree("slope", 11.0, 12, why="x³ at 2")


def test_a_notebook_shows_the_sentence_alone():
    error = Disagreement("y: expected 1, got 2")
    assert error._render_traceback_() == ["✗ y: expected 1, got 2"]
    assert isinstance(error, AssertionError)
