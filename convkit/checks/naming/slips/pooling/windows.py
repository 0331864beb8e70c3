"""Slips about where the windows of a pooling lie, how large they are and how many."""

from collections.abc import Sequence

from convkit.checks.naming.slip import Edit, slips

IDEA = ("05-pooling", "The idea")
BY_HAND = ("05-pooling", "By hand")
BACK = {
    "MaxPool2d": ("07-gradients", "Through a max"),
    "AvgPool2d": ("07-gradients", "Through an average"),
}
SETTINGS = "= self.kernel_size, self.stride"
_RESULT = "out_h, out_w), x.dtype)"
_VIEW = "np.lib.stride_tricks.sliding_window_view(x, (h, w), (2, 3))[:, :, ::step_h, ::step_w]"
WINNER = "p, q = np.unravel_index(window.argmax(), window.shape)"
_DIVIDED = (".mean(axis=(2, 3))", ".sum(axis=(2, 3)) / (h * w)")

slip = slips("pooling", "MaxPool2d", "AvgPool2d", forth=BY_HAND, back=BACK)


def then(line: str, statement: str) -> list[Edit]:
    """A statement more, below the line that ends so."""
    return [(line, f"{line}\n        {statement}")]


def both_ways(
    id: str, title: str, when: str, hint: str, *wrong: str, said: Sequence[str] = ()
) -> None:
    """Enter a slip for either pass, by statements that spoil a setting.

    In forward they stand before the size of y is worked out, or behind it; a mean may be a sum that
    is divided, which differs where a window hangs over the edge. ``said``: what each of them does.
    """
    settings = [then(SETTINGS, each) for each in wrong]
    behind = [then(_RESULT, each) for each in wrong]
    divided = [[*way, _DIVIDED] for way in behind]
    placed = [_placed(each) for each in wrong if "step" in each]
    words = f"forward-{id}", title, when, hint
    slip(*words, *settings, *behind, said=[*said] * 2, of=["MaxPool2d"])
    slip(*words, *settings, *behind, *divided, said=[*said] * 3, of=["AvgPool2d"])
    words = f"backward-{id}", f"{title} in backward", f"in backward, {when}", hint
    slip(*words, *settings, *placed, said=[*said] * 2, of=["MaxPool2d"])
    slip(*words, *settings, said=said, of=["AvgPool2d"])


def _placed(wrong: str) -> list[Edit]:
    """The winner's place in its window is known, and the window put elsewhere."""
    read = f"            (h, w), (step_h, step_w) {SETTINGS}"
    place = f"{read}; {wrong}; top, left = step_h * j, step_w * k\n{read}"
    return [(WINNER, f"{WINNER}\n{place}")]


# fmt: off
slip("pairs-swapped", "Pairs are read as (horizontal, vertical)",
    "you take the first number of `kernel_size` and of `stride` for the columns",
    "A pair is (vertical, horizontal), like an array's shape. Which of its numbers comes first?",
    [("pair(kernel_size)", "pair(kernel_size)[::-1]"), ("pair(stride)", "pair(stride)[::-1]")])
both_ways("kernel-swapped", "The window's height and width are swapped",
    "you take `kernel_size[0]` for the window's width and `kernel_size[1]` for its height",
    "A pair is (vertical, horizontal), like an array's shape. Which number belongs to the rows?",
    "w, h = h, w")
both_ways("kernel-square", "The windows are square",
    "you use `kernel_size[{}]` for the window's height and for its width",
    "Where does `kernel_size[0]` appear in your code, and where `kernel_size[1]`?", "w = h",
    "h = w", said=("0", "1"))
both_ways("kernel-one-short", "The windows are one row and one column too small",
    "you leave out the last row and the last column of every window",
    "Which rows does the slice x[2 : 2 + 3] hold? Python's slices leave out their end.",
    "h, w = h - 1, w - 1")
both_ways("kernel-one-long", "The windows are one row and one column too large",
    "you take one row and one column more than belong to the window",
    "Which rows does the slice x[2 : 2 + 3] hold? Python's slices leave out their end.",
    "h, w = h + 1, w + 1")
both_ways("stride-is-kernel", "The windows lie side by side, whatever the stride is",
    "you move the window by its own size and never by `stride`",
    "Where in your code does `stride` appear?", "step_h, step_w = h, w")
both_ways("stride-one", "The windows move by one pixel, whatever the stride is",
    "you begin a window at every pixel, as in the slides' formula for stride 1",
    "At which row and column does the window of y[…, 1, 1] begin?", "step_h = step_w = 1")
both_ways("stride-swapped", "The vertical and the horizontal stride are swapped",
    "you move the window down by `stride[1]` and sideways by `stride[0]`",
    "A pair is (vertical, horizontal), like an array's shape. Which number belongs to the rows?",
    "step_w, step_h = step_h, step_w")
both_ways("stride-square", "One stride is used for both directions",
    "you move the window by `stride[{}]` in both directions",
    "Where does `stride[0]` appear in your code, and where `stride[1]`?", "step_w = step_h",
    "step_h = step_w", said=("0", "1"))
slip("two-by-two", "The windows are always 2 × 2",
    "your windows have 2 × 2 pixels and lie side by side, whatever the settings are",
    "Where do `kernel_size` and `stride` appear in your code?",
    then(SETTINGS, "h = w = step_h = step_w = 2"))
for passing, last in (
    ("forward", then(_RESULT, "out_h, out_w = out_h - 1, out_w - 1")),
    ("backward", then(SETTINGS, "grad_y = grad_y[:, :, :-1, :-1]")),
):
    slip(f"{passing}-last-window-skipped", f"The last windows are skipped in {passing}",
        "you end your loops one window early, and leave out the last row and column of windows",
        "At which j does `for j in range(n - 1)` end?", last)
slip("forward-stride-default", "A stride that is left out is not the window's size",
    "you set `stride` to a fixed number when it is not given; then it is `kernel_size`",
    "How far must a window of 3 pixels move, so that the next one lies right beside it?",
    ("self.kernel_size if stride is None", "(1, 1) if stride is None", "(2, 2) if stride is None"),
    within="__init__", read=IDEA)
slip("forward-stride-required", "The stride cannot be left out",
    "you have no value for the stride when nobody gives one",
    "Try it with a window and no stride. What is your stride then, and what should it be?",
    ("self.kernel_size if stride is None else pair(stride)", "pair(stride)"),
    ("stride=None", "stride"), within="__init__", read=IDEA)
slip("forward-size-rounded-up", "Windows that stick out over the edge are kept",
    "you round the number of windows up, and cut the last ones off at the edge of the image",
    "What happens to rows and columns at the edge that do not fill a whole window?",
    ("(size - window) // stride + 1", "-((window - size) // stride) + 1", "-(-size // stride)"),
    within="places")
slip("forward-size-quotient", "The number of windows is only a quotient",
    "you divide the image's size by the stride or by the window, as if the windows filled it",
    "7 pixels, and a window of 3 that moves by 2: draw the windows. How many are there?",
    ("(size - window) // stride + 1", "size // stride", "size // window"), within="places")
slip("forward-size-one-short", "y is one row and one column short",
    "you count one window too few in each direction",
    "A window as large as the image: in how many places does it fit, and what do you get?",
    (" // stride + 1", " // stride"),
    ("(size - window) // stride + 1", "-((window - size) // stride)"), within="places")
slip("forward-size-plus-one-inside", "The + 1 of y's size is added before the division",
    "you add 1 to the pixels and then divide by the stride; the 1 counts the first window, and is "
    "added to the quotient",
    "5 pixels, and a window of 3 that moves by 2: draw the windows. How many are there?",
    ("(size - window) // stride + 1", "(size - window + 1) // stride"), within="places")
slip("forward-size-one-direction", "The columns of y are counted with the rows' numbers",
    "you work out how many columns y has from the height of the image or of the window",
    "Which sizes decide how many windows lie side by side?",
    ("places(x.shape[3], w, step_w)", "places(x.shape[2], h, step_h)",
     "places(x.shape[3], h, step_h)"))
for name, word in (("MaxPool2d", "max"), ("AvgPool2d", "mean")):
    _tiles = "x.shape[2] // h, h, x.shape[3] // w, w"
    slip("forward-reshape-needs-tiles", "The reshape works only where the windows tile the image",
        "you reshape x to windows that lie side by side; they may overlap or leave pixels over",
        "What becomes of your reshape if the stride is smaller than the window?",
        ("return y", f"return x.reshape(*x.shape[:2], {_tiles}).{word}(axis=(3, 5))",
         f"tiles = x.reshape(*x.shape[:2], {_tiles}) if (h, w) == self.stride else None\n        "
         f"return y if tiles is None else tiles.{word}(axis=(3, 5))"),
        of=[name])
    slip("forward-tiles-mixed", "The reshape cuts windows out of the wrong pixels",
        "you put pixels that follow one another in a row into a window: reshape moves no axis",
        "In which order does a reshape go through the pixels? Which of them lie in one window?",
        ("return y", f"return x.reshape(*x.shape[:2], out_h, out_w, h, w).{word}(axis=(4, 5))"),
        of=[name])
    slip("forward-over-places",
        f"You take the {'maximum' if word == 'max' else word} over the places of the windows",
        "you lay out all windows in one array, and take the wrong two of its axes together",
        "Which axes of that array count the windows, and which the pixels of a window?",
        ("return y", f"return {_VIEW}.{word}(axis=(2, 3))"), of=[name])
