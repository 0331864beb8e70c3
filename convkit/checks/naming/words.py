"""Failures in words: title, sentence and hint; and conditions under which something fails."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str, str]]

# fmt: off
ERRORS: Words = {
    "gone": ("A name is used that its module does not have",
        "the code asks NumPy, or another module, for something that is not there: misspelt, or "
        "gone since NumPy 2, as np.int, np.float and x.itemset are",
        "Which name does the message quote? Look it up in the manual."),
    "arguments": ("Something is called with the wrong arguments",
        "a function or a constructor asks for more arguments than it is given, for fewer, or for "
        "others: one that may be left out needs a default, and a method's first is `self`",
        "Compare the call in the message with the `def` line. What if an argument is left out?"),
    "not-callable": ("Something is called that is no function",
        "there is a pair of round brackets behind something that cannot be called: `x(…)` in place "
        "of `x[…]`, or a missing `*`", "What does the name before the brackets hold?"),
    "None": ("Something is None",
        "a name holds None where a number or an array is needed: an argument that was left out, or "
        "the result of a function without a `return`",
        "Which name is None, and where did it get its value?"),
    "float-size": ("A float is used as a size or an index",
        "a size is worked out with `/`, or taken from an array of floats, and a float is no size "
        "and no index, even if nothing is left over",
        "Python has two divisions. Which one gives whole numbers?"),
    "no-index": ("A size or an index is not a whole number",
        "a float, as `/` gives it, a pair or the like stands where Python needs a whole number",
        "Print what stands between the brackets. Is it an int?"),
    "list": ("A list or a tuple is used as if it were an array",
        "a list or a tuple is indexed, added or asked for its shape like an array, which it is not",
        "Where is it made? How do you make an array of it?"),
    "pair": ("A pair is used as if it were a number",
        "arithmetic is done with a whole tuple, such as (3, 2), and not with one of its numbers",
        "Which argument may be a pair? Which of its two numbers is meant here?"),
    "number": ("A number is used as if it were a pair or an array",
        "a number is indexed, unpacked or asked for its shape, as only a pair or an array can be",
        "Which argument may be a single number? Where do you make a pair of it?"),
    "unpacking": ("A tuple is unpacked into the wrong number of names",
        "`a, b = …` has more names on its left than there are values on its right, or fewer",
        "How many numbers has the tuple on the right? Print it."),
    "attribute": ("An attribute is read that was never set",
        "an object is asked for a name that it does not have: misspelt, or stored only in a branch "
        "that was not taken",
        "Which name does the message quote? Search for the line that sets it."),
    "unbound": ("A name has no value on one way through the code",
        "a name gets its value inside an `if` or a loop that never ran, and is read after it",
        "Follow the code by hand for the case above. Which line gives this name its value?"),
    "name": ("A name is used that nobody has defined",
        "a name is misspelt, or not imported; `%%implement` sees none of the notebook's names",
        "Which name does the message quote? Where does your cell define it?"),
    "import": ("An import fails", "a module or a name in it is imported that does not exist here",
        "Which import does the message quote? Do you need it at all?"),
    "key": ("A dictionary is asked for a key that it does not have",
        "a key of `self.params`, `self.grads` or the like is misspelt, or was never put in",
        "Which key does the message quote, and under which names are things stored?"),
    "axes": ("The axes do not fit the array",
        "a sum, a transposition or the like is given axes that the array does not have, one of "
        "them twice, or not all of them",
        "How many axes has the array at this line? Print its shape."),
    "index": ("An index is out of range",
        "a loop goes further than the array, the array is too small, or two indices are swapped",
        "Which axis does this index run along, and how long is it?"),
    "indices": ("There are more indices than axes",
        "an array is given an index for an axis that it does not have",
        "Print the shape of the array. Which axis do you miss?"),
    "reshape": ("A reshape does not fit the numbers that are there",
        "an array is reshaped to sizes whose product is not how many numbers it has",
        "Multiply the new sizes. Then multiply the old ones. Which size is not what you think?"),
    "scalar": ("An array stands where a single number is needed",
        "several numbers are written into one place, or used as one size",
        "Print the shape of what you write. Which sum or index is missing?"),
    "shapes": ("Two shapes do not fit together",
        "arrays whose shapes do not match are added, multiplied, joined or assigned to one another",
        "Print both shapes just before this line. Which axis is as long as you expect?"),
    "negative": ("A size is negative", "a size that the code works out is less than 0",
        "Which size is it? Work it out by hand for the case above."),
    "empty": ("Something is empty",
        "the largest or the mean is asked of a slice, a window or a list without numbers",
        "Where does the slice begin, and where does it end? How large is the array?"),
    "truth": ("A whole array is asked whether it is true",
        "`if` or `while` is given an array of answers, one for each number",
        "Do you mean all of them, any of them, or one of them?"),
    "assertion": ("An assertion in the code does not hold",
        "an `assert` of your own, or of NumPy's, refuses a legal case",
        "What does the assertion ask for? Is it true of every legal call?"),
    "dtype": ("Two types of numbers do not go together",
        "a result is written in place into an array of another type, such as floats into integers",
        "Which dtype has the array that is written to?"),
    "read-only": ("An array is written to that is read-only",
        "numbers are written into an array that may not be changed: a broadcast or a sliding "
        "window is a view of other numbers",
        "Where does this array come from? Do you need one of your own?"),
    "depth": ("Something calls itself without end",
        "a method calls itself, perhaps by way of another one",
        "Which method does the line call? Is it the one that the line stands in?"),
    "division": ("Something is divided by zero",
        "a size or a count that may be 0 stands below a division",
        "Which number is 0 in this case? May it be?"),
    "overflow": ("A number becomes too large", "a power, or a quotient, is larger than any float",
        "Which number is it? Can it be kept small?"),
    "unfinished": ("A part is not written yet",
        "the code reaches `raise NotImplementedError`, which stands where something is left to you",
        "Which method still has this line?"),
    "no-exception": ("Something is raised that is no exception",
        "`raise` stands before `NotImplemented`, a text or the like, and can raise only exceptions",
        "What stands behind `raise`? Is something left to be written there?"),
}

RESULTS: Words = {
    "None": ("Nothing is returned",
        "the function ends without a `return`, and Python then returns None",
        "Where does your code say what the result is?"),
    "tuple": ("More than one thing is returned",
        "a `return` with commas makes a tuple of several things",
        "Which one of them is asked for? Is there a comma too many?"),
    "list": ("A list is returned", "the numbers are collected in a list, which is no array",
        "How do you make an array of a list?"),
    "other": ("Something is returned that is no array of numbers",
        "the result is text, a dictionary or a function: perhaps a call lacks its brackets",
        "Print the type of your result."),
}

MISSING = ("A new layer lacks a parameter",
    "an entry of `params` has another name, or is not made in __init__",
    "Under which names should the parameters of a new layer stand in `params`?")

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
