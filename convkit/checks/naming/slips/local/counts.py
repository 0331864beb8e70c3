"""Mistakes in the counts of parameters."""

from convkit.checks.naming.slip import slips
from convkit.layers import conv_parameters, dense_parameters, local_parameters

READ = ("02-local-connectivity", "What it costs")
_AREA, _EACH = "height * width", "in input_shape:"
COUNTED = {dense_parameters: "units", local_parameters: "units", conv_parameters: "feature_maps"}

dense = slips("local", "dense_parameters", forth=READ)
kernel = slips("local", "local_parameters", "conv_parameters", forth=READ)

# fmt: off
for function, count in COUNTED.items():
    slip = slips("local", function.__name__, forth=READ)
    slip("biases", "The biases are counted", "you add the biases; here only weights count",
        "Which numbers does the docstring leave out?", ("return", f"return {count} +"))
    slip("one-of-them", "The weights are counted once only",
        f"you count the weights of one of the {count.replace('_', ' ')}, not of all",
        "Which of the arguments do you not use?", (f" * {count}", ""))
dense("sum-of-sizes", "The sizes of the input are added",
    "you add the sizes, so that an image of 200 × 200 has 400 pixels",
    "How many pixels has an image of 3 × 4?",
    [("inputs = 1", "inputs = 0"), ("inputs *= size", "inputs += size")])
dense("two-axes", "Not all sizes of the input count",
    "you use only some entries of `input_shape`; it may have one, two, three or more",
    "What if the input has channels? What if it is a plain vector?",
    (_EACH, "in input_shape[-2:]:",
     *(f"in input_shape[{part}]:" for part in (":2", "1:", ":1", "-1:"))),
    ("*= size", *(f"*= input_shape[{one}]" for one in (0, -1))))
kernel("channels-forgotten", "The channels are forgotten",
    "you count the weights for one channel of the image only",
    "A colour image has 3 channels. How many numbers lie in a patch of 2 × 2?",
    ("input_channels * height", "height"))
kernel("not-squared", "A number as kernel_size is not squared",
    "you use the side of a square patch as if it were its area",
    "How many pixels has a patch of 10 × 10?",
    ("else (kernel_size, kernel_size)", "else (kernel_size, 1)"))
kernel("sides-added", "The sides of the patch are added",
    "you compute height + width; the patch has height · width pixels",
    "How many pixels has a patch of 2 × 5?", (_AREA, "(height + width)"))
kernel("square", "Only one side of the patch counts",
    "of a pair, you use the height alone or the width alone",
    "How many pixels has a patch of 2 × 5?",
    (_AREA, "height * height", *(side for side in ("width * width", "height", "width"))))
