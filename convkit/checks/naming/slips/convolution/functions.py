"""Slips in `correlate2d` and `convolve2d`, which slides its flipped kernel by `correlate2d`."""

from functools import partial

from convkit.checks.naming.slip import slips, some_of

IDEA = ("04-convolution", "The idea")
BORDER = ("04-convolution", "Going over the border")

FLIPPED = "k[::-1, ::-1]"
WINDOW = "x[i : i + h, j : j + w] * k"
SIZES = "    h, w = k.shape\n"
FULL = "((h - 1, h - 1), (w - 1, w - 1))"
SAME = "(((h - 1) // 2, h // 2), ((w - 1) // 2, w // 2))"
MIRRORED_SAME = "((h // 2, (h - 1) // 2), (w // 2, (w - 1) // 2))"
CENTRE = "(k.shape[0] - 1) // 2, (k.shape[1] - 1) // 2"
NO_PADDING = (('mode == "full"', "False"), ('mode == "same"', "False"))
ONE_SHORT = ("- h + 1, x.shape[1] - w + 1", "- h, x.shape[1] - w")


def kernel(other: str) -> tuple[str, str]:
    """An edit: what slides instead of k."""
    return SIZES, f"    k = {other}\n{SIZES}"


convolution = slips("convolution", "convolve2d", forth=IDEA)
correlation = slips("convolution", "correlate2d", forth=IDEA)

# fmt: off
convolution("not-flipped", "The kernel is not flipped",
    "you lay the kernel on the image as it is: a correlation, where a convolution flips it first",
    "In the slides' example the top left number is 45. Which number of the kernel meets the 80?",
    (FLIPPED, "k"), (f'{FLIPPED}\n    if mode != "same"', 'k\n    if mode != "SAME"'))
correlation("flipped", "The kernel is flipped",
    "you turn the kernel by half a turn, which is a convolution; a correlation does not flip",
    "Which number of k should lie on the top left pixel of a window?",
    (WINDOW, WINDOW.replace("k", FLIPPED)),
    [(WINDOW, WINDOW.replace("k", FLIPPED)), (SAME, MIRRORED_SAME)])

BY_MODE = 'if mode != "same":\n        return correlate2d(x, flipped, mode)'
ASK = "if True:\n        return correlate2d(x, flipped, {})"

for enter, always in (
    (convolution, lambda mode: [(BY_MODE, ASK.format(f'"{mode}"'))]),
    (correlation, lambda mode: [(SIZES, f'    mode = "{mode}"\n{SIZES}')]),
):
    enter("mode-ignored", "The mode is not used", "you give the same result for every mode",
        "The modes differ in the zeros around the image. Where does your code ask for `mode`?",
        always("valid"), always("full"), always("same"), read=BORDER)
for enter, place in ((convolution, f"    flipped = {FLIPPED}\n"), (correlation, SIZES)):

    def modes(place: str = place, **others: str) -> list[tuple[str, str]]:
        return [(place, f"    mode = {others}.get(mode, mode)\n{place}")]

    enter("modes-mixed-up", "One mode gives what another one should",
        "for one mode you give the result of another",
        "How large should the result be in each mode, for a 5×5 image and a 3×3 kernel?",
        modes(same="valid"), modes(same="full"), modes(full="same"), modes(valid="same"),
        modes(full="same", same="full"), modes(valid="full", full="valid"), read=BORDER,
        said=("for “same” you give what “valid” should", "for “same” you give what “full” should",
         "for “full” you give what “same” should", "for “valid” you give what “same” should",
         "you mix up “full” and “same”", "you mix up “valid” and “full”"))

both = slips("convolution", "correlate2d", "convolve2d", forth=IDEA)
slip = partial(both, within="correlate2d")

slip("full-padded-wrongly", "“full” puts too many or too few zeros around the image",
    "you pad by {} the kernel",
    "In the first place of “full”, kernel and image share one pixel. How much hangs over?",
    (FULL, "((h, h), (w, w))", "((h // 2, h // 2), (w // 2, w // 2))"), read=BORDER,
    said=("the whole of", "half of"))
slip("padding-sides-swapped", "The zeros for rows and columns are swapped",
    "you pad rows by the kernel's width, and columns by its height",
    "np.pad takes the rows first. Which side of the kernel says how many rows to add?",
    (FULL, "((w - 1, w - 1), (h - 1, h - 1))"),
    [(FULL, "((w - 1, w - 1), (h - 1, h - 1))"),
     (SAME, "(((w - 1) // 2, w // 2), ((h - 1) // 2, h // 2))")], read=BORDER)
for enter, elsewhere, uneven in (
    (convolution,
     (CENTRE, "k.shape[0] // 2, k.shape[1] // 2", "0, 0", "k.shape[0] - 1, k.shape[1] - 1"),
     ("top + x.shape[0], left : left + x.shape[1]",
      "full.shape[0] - top, left : full.shape[1] - left")),
    (correlation,
     (SAME, MIRRORED_SAME, "((h - 1, 0), (w - 1, 0))", "((0, h - 1), (0, w - 1))"),
     (SAME, "((h // 2,) * 2, (w // 2,) * 2)", "(((h - 1) // 2,) * 2, ((w - 1) // 2,) * 2)")),
):
    enter("same-elsewhere", "“same” is cut out in the wrong place",
        "for “same” you take other rows and columns of “full” than the exercise says",
        "Write down “full” for a 3×3 image and a 2×2 kernel. What does “same” keep?", elsewhere,
        read=BORDER)
    enter("same-uneven", "“same” has another size than x where the kernel is even",
        "you treat both sides of the image alike, which fits odd kernels only",
        "A 2×2 kernel over a 3×3 image: how many zeros does it take for 3 places in a row?", uneven,
        read=BORDER)

slip("one-axis-flipped", "One axis of the kernel is flipped, and the other is not",
    "you reverse the {} of the kernel, and nothing else",
    "A convolution reverses both, a correlation none. Where does k[0, 0] end up in your code?",
    kernel("k[::-1]"), kernel("k[:, ::-1]"), said=("rows", "columns"))
slip("transposed", "The kernel is transposed",
    "you swap the rows and columns of the kernel; a flip keeps its shape",
    "What is the shape of your 2×3 kernel when it slides? What should it be?", kernel("k.T"),
    kernel(f"{FLIPPED}.T"), kernel("k.reshape(k.shape[::-1]).T"))
slip("rotated", "The kernel is turned by a quarter",
    "you turn the kernel by 90°, as np.rot90 does unless it is told how often",
    "A flip of rows and columns is half a turn. How many quarters is that?", kernel("np.rot90(k)"),
    kernel("np.rot90(k, -1)"))
slip("one-short", "The result is one row and one column too small",
    "the + 1 is missing in H − h + 1",
    "A kernel as large as the image: in how many places does it fit?", ONE_SHORT,
    [ONE_SHORT, *NO_PADDING], ("- h + 1", "- h"), ("- w + 1", "- w"))
slip("kernel-square", "The kernel's height is used for its width",
    "you use h where w belongs, for the width of {}", "Where in your code does k.shape[1] appear?",
    *some_of(("j : j + w", "j : j + h"), ("shape[1] - w", "shape[1] - h")),
    said=("a window and of the result", "a window", "the result"))
slip("matrix-product", "`@` where `*` is needed",
    "you multiply window and kernel as matrices, where each pixel meets one number of the kernel",
    "What does `@` do with two arrays, and what does `*` do?",
    (WINDOW, WINDOW.replace("* k", "@ k"), WINDOW.replace("* k", "@ k.T")),
    [(WINDOW, WINDOW.replace("* k", "@ k")), *NO_PADDING])
slip("last-product-only", "`=` where `+=` is needed",
    "each product overwrites the one before, and only the last of each sum is left",
    "What does y[i, j] hold after two rounds of your innermost loop?",
    (f"np.sum({WINDOW})", "x[i + h - 1, j + w - 1] * k[-1, -1]"))
