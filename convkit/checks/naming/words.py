"""Relations between numbers, in words: those that say most come first."""

from __future__ import annotations

from convkit.checks.naming.exceptions import Words

# fmt: off
NUMBERS: Words = {
    "digits-lost": ("{it} has lost digits",
        "the first six digits or so are right, and the others are not: something is rounded on "
        "the way, or a small constant is added",
        "Look for float32, for round, and for an epsilon."),
    "not-a-number": ("There is NaN or infinity in {it}",
        "somewhere you divide by 0, take the logarithm of a number that is not positive or the "
        "mean of an empty slice, or read memory that nobody has filled",
        "Which line of your code can make infinity or NaN? With which numbers?"),
    "all-zero": ("{it} is 0 everywhere",
        "every number of it is 0",
        "Do your results get into the array that you return? Or is one of their factors 0?"),
    "one-number": ("{it} holds the same number everywhere",
        "you sum up, average or look up one number, and spread it over the whole array",
        "Over which axes does your sum run? Which of them should be left?"),
    "scaled": ("{it} is off by a factor",
        "all numbers are too large, or too small, by the same factor",
        "Divide one of your numbers by the right one. Which size in this case is it?"),
    "whole": ("{it} holds whole numbers",
        "what comes behind the decimal point is cut off, by a dtype of integers or by `//`",
        "Which dtype has the array that you write to?"),
    "signs": ("Some signs are wrong in {it}",
        "all numbers have the right size, and some have the wrong sign",
        "Which term comes with a minus? Should it?"),
    "something-added": ("Something is added in {it}, or forgotten",
        "the difference from what is right is the same along whole axes, as that of a bias is",
        "Which term of the formula does not depend on all of the indices?"),
    "holes": ("Some numbers of {it} stay 0",
        "what is there is right, and the rest is never written, or is set to 0",
        "Which places are 0? Which index never gets there?"),
    "mirrored": ("{it} is mirrored",
        "the numbers are right, and stand in reversed order",
        "Where does the first number end up? Is there a flip too many, or one too few?"),
    "transposed": ("{it} is transposed",
        "the numbers are right, but its last two axes have changed places",
        "Which index comes first in your array, that of the row or that of the column?"),
    "refolded": ("{it} is reshaped where it should be transposed",
        "the numbers are right but stand in wrong places, as a reshape puts them that should be a "
        "transpose: reshape moves no axis, it only cuts the numbers up anew",
        "Which axis varies fastest before the reshape, and which one after it?"),
    "scattered": ("{it} has the right numbers in wrong places",
        "every number that should come comes once, but not where it belongs",
        "Take one number of the result. Which indices does it have, and which should it have?"),
    "partly-right": ("Only a part of {it} is right",
        "one part of the result is right and all the rest is wrong",
        "What is different about the part that is right? Which loop or slice ends there?"),
}
"""Relations that say what happened to the numbers."""

RARE: Words = {
    "few": ("A few numbers of {it} are wrong",
        "nearly everything is right: something happens in rare places only",
        "Print the places where the difference is not 0. What do they have in common?"),
}
"""Relations that only say where to look."""

_PADDING = (
    "Where does the padding come in: in the sizes, in the image, in the crop at the end? Try a "
    "slice such as [p:-p] by hand for p = 0."
)
_STRIDE = "Where does the stride come in: in the size of y, and in every index of a window?"
_SIDES = "Where in your code do the height and the width appear, and along which axes?"
_BATCH = "Which of your lines knows how many images there are? What if it is one?"

CONDITIONS = {
    "padding-zero": ("the padding is 0", _PADDING),
    "padding-zero-somewhere": ("the padding is 0 in some direction", _PADDING),
    "padding": ("there is padding", _PADDING),
    "padding-differs": ("the two paddings differ", _PADDING),
    "stride": ("the stride is not 1", _STRIDE),
    "stride-one": ("the stride is 1", _STRIDE),
    "stride-differs": ("the two strides differ",
        "Where in your code does `stride[1]` appear, and along which axis?"),
    "stride-left-out": ("the stride is left out", "How far do windows move if nobody says so?"),
    "stride-given": ("the stride is given", "Where in your code does `stride` appear?"),
    "kernel-not-square": ("the kernel is not square", _SIDES),
    "window-not-square": ("the window is not square", _SIDES),
    "patch-not-square": ("the patch is not square", _SIDES),
    "image-not-square": ("the image is not square", _SIDES),
    "overlap": ("(windows|patches) overlap",
        "In how many windows does one pixel lie? What happens to the second one?"),
    "gaps": ("there are gaps .*", "What about the pixels that lie in no window?"),
    "ragged": ("(windows|patches) do not reach .*",
        "What happens to the rows and columns that are left over?"),
    "one-image": ("the batch is a single image", _BATCH),
    "several-images": ("the batch is more than one image", _BATCH),
    "negative": ("all numbers are negative", "With which number does your search begin?"),
    "ties": ("several are the largest", "Which one wins if two are equally large?"),
}
"""What all cases that go wrong have in common, and no other has: its pattern, and a hint."""
