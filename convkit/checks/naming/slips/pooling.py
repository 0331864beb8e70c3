"""Slips in pooling: where the windows lie, what is made of them, and the way back."""

from collections.abc import Sequence

from convkit.checks.naming.anatomy import OF_MAPS, Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.slip import MIXED_UP, Edit, slips
from convkit.checks.observing.quantity import GRAD_X, Y
from convkit.layers import AvgPool2d, MaxPool2d

IDEA = ("05-pooling", "The idea")
BY_HAND = ("05-pooling", "By hand")
BACK = {
    "MaxPool2d": ("07-gradients", "Through a max"),
    "AvgPool2d": ("07-gradients", "Through an average"),
}
ROWS_FIRST = "A pair is (vertical, horizontal): rows first. What do you do with each of the two?"
SETTINGS = "= self.kernel_size, self.stride"
_RESULT = "out_h, out_w), x.dtype)"
_VIEW = "np.lib.stride_tricks.sliding_window_view(x, (h, w), (2, 3))[:, :, ::step_h, ::step_w]"
WINNER = "p, q = np.unravel_index(window.argmax(), window.shape)"
_DIVIDED = (".mean(axis=(2, 3))", ".sum(axis=(2, 3)) / (h * w)")
_PLACE = "grad_x[n, i, top + p, left + q]"
_WINDOW = "grad_x[n, i, top : top + h, left : left + w]"
_LARGEST = "y[:, :, j, k] = x[:, :, rows, columns].max(axis=(2, 3))"
_LOUDEST = """window = x[:, :, rows, columns].reshape(*x.shape[:2], -1)
                loudest = np.abs(window).argmax(-1)[..., np.newaxis]
                y[:, :, j, k] = np.take_along_axis(window, loudest, -1)[..., 0]"""
_KEPT: list[Edit] = [("+=", "=")]
_ALL_KEPT: list[Edit] = [(f"{_PLACE} +=", f"{_WINDOW} = (window == window.max()) *")]
_WINNERS_BACK = [("np.ndindex(*grad_y.shape)", "list(np.ndindex(*grad_y.shape))[::-1]")]
_SHARES_BACK = [(f"grad_y.shape[{axis}])", f"grad_y.shape[{axis}])[::-1]") for axis in (2, 3)]
_REACH = "step_h * (grad_y.shape[2] - 1) + h, : step_w * (grad_y.shape[3] - 1) + w"
_TO_WINNER = """for n, i in np.ndindex(*grad_y.shape[:2]):
                    window = self.x[n, i, rows, columns]
                    p, q = np.unravel_index(window.argmax(), window.shape)
                    grad_x[n, i, step_h * j + p, step_w * k + q] += grad_y[n, i, j, k]"""
_SHARE = "grad_x[:, :, rows, columns] += grad_y[:, :, j, k, np.newaxis, np.newaxis] / (h * w)"

slip = slips("pooling", "MaxPool2d", "AvgPool2d", forth=BY_HAND, back=BACK)
maximum = slips("pooling", "MaxPool2d", forth=IDEA, back=BACK)
average = slips("pooling", "AvgPool2d", forth=IDEA, back=BACK)


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
    words = f"backward-{id}", f"In backward {title[0].lower()}{title[1:]}", when, hint
    slip(*words, *settings, *placed, said=[*said] * 2, of=["MaxPool2d"])
    slip(*words, *settings, said=said, of=["AvgPool2d"])


def _placed(wrong: str) -> list[Edit]:
    """The winner's place in its window is known, and the window put elsewhere."""
    read = f"            (h, w), (step_h, step_w) {SETTINGS}"
    place = f"{read}; {wrong}; top, left = step_h * j, step_w * k\n{read}"
    return [(WINNER, f"{WINNER}\n{place}")]


# fmt: off
slip("pairs-swapped", "Pairs are read as (horizontal, vertical)",
    "you take the first number of `kernel_size` and of `stride` for the columns", ROWS_FIRST,
    [("pair(kernel_size)", "pair(kernel_size)[::-1]"), ("pair(stride)", "pair(stride)[::-1]")])
both_ways("kernel-sides-mixed-up", "The window's height and width are mixed up",
    "you do not make the window `kernel_size[0]` high and `kernel_size[1]` wide", ROWS_FIRST,
    "w, h = h, w", "w = h", "h = w",
    said=[f"you make the window `kernel_size[{a}]` high and `kernel_size[{b}]` wide"
          for a, b in MIXED_UP])
both_ways("stride-is-kernel", "The windows lie side by side, whatever the stride is",
    "you move the window by its own size and never by `stride`",
    "Where in your code does `stride` appear?", "step_h, step_w = h, w")
both_ways("stride-one", "The windows move by one pixel, whatever the stride is",
    "you begin a window at every pixel, as in the slides' formula for stride 1",
    "At which row and column does the window of y[…, 1, 1] begin?", "step_h = step_w = 1")
both_ways("strides-mixed-up", "Vertical and horizontal stride are mixed up",
    "you do not move the window down by `stride[0]` and sideways by `stride[1]`", ROWS_FIRST,
    "step_w, step_h = step_h, step_w", "step_w = step_h", "step_h = step_w",
    said=[f"you move the window down by `stride[{a}]` and sideways by `stride[{b}]`"
          for a, b in MIXED_UP])
slip("two-by-two", "The windows are always 2 × 2",
    "your windows have 2 × 2 pixels and lie side by side, whatever the settings are",
    "Where do `kernel_size` and `stride` appear in your code?",
    then(SETTINGS, "h = w = step_h = step_w = 2"))
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
    "you divide the image's size by the {}, as if the windows filled it",
    "7 pixels, and a window of 3 that moves by 2: draw the windows. How many are there?",
    ("(size - window) // stride + 1", "size // stride", "size // window"), within="places",
    said=("stride", "window"))
slip("forward-size-one-short", "y is one row and one column short",
    "you count one window too few in each direction",
    "A window as large as the image: in how many places does it fit, and what do you get?",
    (" // stride + 1", " // stride"),
    ("(size - window) // stride + 1", "-((window - size) // stride)"), within="places")
slip("forward-size-one-direction", "The columns of y are counted with the rows' numbers",
    "you work out how many columns y has from the height of {}",
    "Which sizes decide how many windows lie side by side?",
    ("places(x.shape[3], w, step_w)", "places(x.shape[2], h, step_h)",
     "places(x.shape[3], h, step_h)"), said=("the image and of the window", "the window"))
for name, word in (("MaxPool2d", "max"), ("AvgPool2d", "mean")):
    _tiles = "x.shape[2] // h, h, x.shape[3] // w, w"
    slip("forward-reshape-needs-tiles", "The reshape works only where the windows tile the image",
        "you reshape x to windows that lie side by side; they may overlap or leave pixels over",
        "What becomes of your reshape if the stride is smaller than the window?",
        ("return y", f"return x.reshape(*x.shape[:2], {_tiles}).{word}(axis=(3, 5))",
         f"tiles = x.reshape(*x.shape[:2], {_tiles}) if (h, w) == self.stride else None\n        "
         f"return y if tiles is None else tiles.{word}(axis=(3, 5))"),
        of=[name])
    slip("forward-over-places",
        f"You take the {'maximum' if word == 'max' else word} over the places of the windows",
        "you lay out all windows in one array, and take the wrong two of its axes together",
        "Which axes of that array count the windows, and which the pixels of a window?",
        ("return y", f"return {_VIEW}.{word}(axis=(2, 3))"), of=[name])

slip("forward-mixed", "A window reaches through several maps or images",
    "you put pixels of several {} into one window",
    "Over which axes does your maximum or mean run? Which of them count the images and the maps?",
    ("axis=(2, 3))", "axis=(1, 2, 3), keepdims=True)[:, :, 0, 0]",
     "axis=(0, 2, 3), keepdims=True)[:, :, 0, 0]", ")"), read=IDEA,
    said=("feature maps", "images", "feature maps and images"))
slip("forward-part-of-window", "You look at only a part of each window",
    "only the {} of each window counts in your code",
    "How many pixels does a window of 2 × 3 have? How many of them does your code look at?",
    ("step_w * k + w", "step_w * k + 1"), ("step_h * j + h", "step_h * j + 1"),
    [("step_h * j + h", "step_h * j + 1"), ("step_w * k + w", "step_w * k + 1")],
    [("step_h * j,", "step_h * j + h - 1,"), ("step_w * k,", "step_w * k + w - 1,")],
    said=("first column", "first row", "first pixel", "last pixel"))
for enter, right, wrong, word in (
    (maximum, "max", "min", "minimum"),
    (maximum, "max", "mean", "mean"),
    (average, "mean", "max", "maximum"),
):
    enter(f"forward-{word}", f"You take the {word} of the window",
        f"y is the {word} of each window",
        "What should your layer make of a window that holds 1, 2 and 9?",
        (f".{right}(axis", f".{wrong}(axis"))
maximum("forward-absolute", "You compare numbers without their signs",
    "you look for the number that is largest without its sign, so −3 beats 2",
    "Which is larger, −3 or 2? Where does your code lose the sign?",
    (_LARGEST, "y[:, :, j, k] = np.abs(x[:, :, rows, columns]).max(axis=(2, 3))", _LOUDEST))
maximum("forward-starts-at-zero", "A window of negative numbers gives 0",
    "you begin the search for the largest number at 0, so no negative number can win",
    "What is the maximum of −3, −1 and −2? What does your search begin with?",
    ("axis=(2, 3))", "axis=(2, 3), initial=0)"))
maximum("forward-place", "You return the place of the maximum",
    "y says where in its window the largest number is, and not how large it is",
    "What is the difference between np.max and np.argmax?",
    (".max(axis=(2, 3))", ".reshape(*x.shape[:2], -1).argmax(-1)"))


def divisor(id: str, words: str, *wrong: str) -> None:
    """Enter another divisor for the sum of a window, and for the gradient."""
    hint = "A window of 2 × 3: how many pixels does the mean divide by?"
    sums = (".mean(axis=(2, 3))", *(f".sum(axis=(2, 3)){each}" for each in wrong))
    title, when = f"The sum is {words}", "your y is not the mean of its window"
    average(f"forward-{id}", title, when, hint, sums)
    title, when = f"The gradient is {words}", "your pixels do not get their shares of grad_y"
    average(f"backward-{id}", title, when, hint, (" / (h * w)", *wrong))


divisor("not-divided", "not divided", "")
divisor("divided-by-square", "divided by the square of one side", " / h**2", " / w**2")
divisor("divided-by-side", "divided by one side of the window", " / h", " / w")
divisor("divided-by-sum", "divided by the sum of the window's sides", " / (h + w)")
divisor("divided-by-stride", "divided by the product of the strides", " / (step_h * step_w)")
divisor("divided-twice", "divided twice by the size of the window", " / (h * w) ** 2")

maximum("backward-ties-all", "Among equals, each gets the whole gradient",
    "you give grad_y to every pixel that equals the maximum, so two equals get twice as much",
    "How much does max(5, 5) grow if both grow by 1? How much may they get together?",
    (WINNER, "p, q = np.nonzero(window == window.max())"))
maximum("backward-ties-none", "Among equals, nobody gets the gradient",
    "you give grad_y only to a pixel that is larger than all others, so with two equals it is lost",
    "Your window holds 5 and 5. Where does its number of grad_y go?",
    [(WINNER, "p, q = np.nonzero(window == window.max())"),
     ("+= grad_y[n, i, j, k]", "+= grad_y[n, i, j, k] * (len(p) < 2)")])
maximum("backward-spread", "Every pixel of the window gets a gradient",
    "you hand grad_y to all pixels of the window, whether they won or not",
    "Move a pixel that did not win by a little. What happens to the maximum?", (_PLACE, _WINDOW),
    [(_PLACE, _WINDOW), ("grad_y[n, i, j, k]", "grad_y[n, i, j, k] / (h * w)")])
maximum("backward-fixed-place", "The gradient goes to the same place of every window",
    "you give grad_y to the {} pixel of each window, whoever won",
    "Which pixel won, and where does your backward look that up?",
    (WINNER, "p, q = 0, 0", "p, q = h - 1, w - 1"), said=("first", "last"))
maximum("backward-wrong-winner", "The gradient goes to a pixel that did not win",
    "your backward looks for the winner in another way than your forward",
    "Print one window and the winner that backward finds. Is it the number that forward took?",
    ("window.argmax()", "window.argmin()", "np.abs(window).argmax()"),
    *([("window.argmax()", f"(window.argmax() {step} 1) % (h * w)"),
       ("+= grad_y", f"+= (0 <= window.argmax() {step} 1 < h * w) * grad_y")] for step in "+-"))
maximum("backward-winner-shared", "Several maps or images share one winner",
    "you look for the winner in {}",
    "How many winners does a window have, if there are 2 images with 3 maps each?",
    [("self.x[n, i, ", "self.x[:, :, "), ("p, q =", "_, _, p, q =")],
    [("self.x[n, i, ", "self.x[n, :, "), ("p, q =", "_, p, q =")],
    [("self.x[n, i, ", "self.x[:, i, "), ("p, q =", "_, p, q =")],
    ("self.x[n, i, ", *(f"self.x[{one}, " for one in ("n, 0", "n, -1", "0, i", "-1, i"))),
    said=("all maps and images", "all maps of the image", "that map of all images", "the first map",
          "the last map", "the first image", "the last image"))
maximum("backward-last-winner", "All windows get the winner of the last one",
    "you keep one winner for the whole map, and each window overwrites that of the one before",
    "How many winners are there in a map of 2 × 3 windows? How many do you keep?",
    ("window = self.x[n, i, top : top + h, left : left + w]",
     "a, b = step_h * (grad_y.shape[2] - 1), step_w * (grad_y.shape[3] - 1)\n            window = "
     "self.x[n, i, a : a + h, b : b + w]"))
maximum("backward-winner-swapped", "The winner's row and column are mixed up",
    "you take the winner's number in the window apart into row and column in the wrong way",
    "In a window of 2 × 3, which row and column has number 3? Which side do you divide by?",
    (WINNER, "p, q = divmod(window.argmax(), h)"), ("window.shape)", "(w, h))"),
    ("p, q =", "q, p ="))
maximum("backward-place-in-window",
    "The winner's place in its window is taken for its place in the image",
    "you know the winner's place in its window, but do not add it to where that window begins",
    "argmax says (0, 1). At which row and column of x does that window begin?",
    ("top + p, left + q", "p, q"))
maximum("backward-times-value", "The gradient is multiplied by the maximum",
    "you multiply grad_y by the number that won",
    "Move the winner by ε. How far does the maximum move: by ε, or by ε times the winner?",
    ("+= grad_y[n, i, j, k]", "+= grad_y[n, i, j, k] * window.max()"))
maximum("backward-divided", "The winner gets only a part of the gradient",
    "you divide grad_y by the number of pixels in the window, but the winner should get all of it",
    "Move the winner by ε. How far does the maximum move?",
    ("+= grad_y[n, i, j, k]", "+= grad_y[n, i, j, k] / (h * w)"))
average("backward-winner", "Only one pixel of the window gets the gradient",
    "you give grad_y to one pixel of the window, but every pixel has its part in the mean",
    "Move any pixel of the window by a little. What happens to the mean?",
    [("self.x_shape = x.shape", "self.x, self.x_shape = x, x.shape"), (_SHARE, _TO_WINNER)],
    [("self.x_shape = x.shape", "self.x, self.x_shape = x, x.shape"), (_SHARE, _TO_WINNER),
     ("grad_y[n, i, j, k]", "grad_y[n, i, j, k] / (h * w)")], within="AvgPool2d")
for enter, backwards, *ways in (
    (maximum, _WINNERS_BACK, _KEPT, _ALL_KEPT), (average, _SHARES_BACK, _KEPT)
):
    enter("backward-assigned", "`=` instead of `+=` in backward",
        "you overwrite what a pixel has got from another window, and the two should be added",
        "How many windows can a pixel lie in? What does your code do at the second of them? And "
        "what does `grad_x[rows, columns] += …` do where a place is named twice?", *ways,
        *([*way, *backwards] for way in ways))
slip("backward-ragged-lost", "The edge that no window reaches is missing from grad_x",
    "you make grad_x only as large as the windows reach",
    "Which shape must grad_x have? What is the gradient of a pixel that lies in no window?",
    ("return grad_x", f"return grad_x[:, :, : {_REACH}]"))
for enter, upsampled in (
    (maximum, "np.where(self.x == big(self.forward(self.x)), big(grad_y), 0)"),
    (average, "big(grad_y) / (h * w)"),
):
    _big = then(SETTINGS, "big = lambda a: np.kron(a, np.ones((h, w), a.dtype))")
    _into = f"grad_x[:, :, : grad_y.shape[2] * h, : grad_y.shape[3] * w] = {upsampled}"
    enter("backward-upsampled", "Repeating grad_y works only where the windows tile the image",
        "you repeat each number of grad_y over a block of its own, but windows may overlap",
        "What is the shape of x, and what is that of your repeated grad_y?",
        [*_big, ("return grad_x", f"return {upsampled}")],
        [*_big, ("return grad_x", f"{_into}\n        return grad_x")])

for _class in (MaxPool2d, AvgPool2d):
    _axes = {Y: OF_MAPS, GRAD_X: OF_MAPS}
    enter_general(Anatomy(_class, _axes, BY_HAND, BACK[_class.__name__]))
