"""Slips of `Flatten` and `Linear`."""

from convkit.checks.naming.slip import slips

NETWORK = ("06-classification", "A whole network")

# fmt: off
slip = slips("classifier", "Flatten", forth=NETWORK)
ROW, IMAGES = "x.reshape(len(x), -1)", "grad_y.reshape(self.x_shape)"
for id, title, order, when in (
    ("channels-last", "The channels come last", "hwc", "pixel by pixel, each with all channels"),
    ("columns-first", "The pixels are read down the columns", "cwh", "column by column"),
    ("fortran-order", "The channels change fastest", "whc", 'in reversed order, as order="F"'),
    ("rows-first", "The rows come before the channels", "hcw", "row 0 of all channels, then row 1"),
):
    slip(f"forward-{id}", title, f"you lay an image out {when}",
        "Two numbers lie side by side in x[0, 0, 0]. Do they lie side by side in y[0], too?",
        (ROW, f'np.einsum("nchw->n{order}", x).reshape(len(x), -1)'))
    slip(f"backward-{id}", f"On the way back {title[:1].lower()}{title[1:]}",
        f"you read a row of grad_y as if forward had laid the image out {when}",
        "Send x through forward, and y straight back through backward. Do you get x again?",
        [("return", "n, c, h, w = self.x_shape\n        return"),
         (IMAGES, f'np.einsum("n{order}->nchw", grad_y.reshape(n, {", ".join(order)}))')])
slip("forward-batch-mixed", "The images are mixed up",
    "you get the shape of y right, but a row of it holds numbers of several images",
    "Which axis of x must come first, and stay first, when you reshape?",
    (ROW, "x.reshape(-1, len(x)).T", "x.transpose(1, 2, 3, 0).reshape(len(x), -1)",
     "x.T.reshape(len(x), -1)"))
slip("forward-batch-swallowed", "The whole batch ends up in one row",
    "you flatten the axis of the images as well",
    "How many rows should y have for a batch of five images?",
    (ROW, "x.reshape(-1)", "x.reshape(1, -1)"))
slip("backward-nothing", "grad_y is handed back as it came",
    "your grad_x is still flat: backward does not give it the shape of x again",
    "The layer below expects a gradient for each number of x. In which shape?", (IMAGES, "grad_y"))
slip("backward-size-swapped", "On the way back height and width are swapped",
    "your grad_x is as wide as x is high, and as high as x is wide",
    "In which order do the sizes stand in x.shape?",
    [("return", "n, c, h, w = self.x_shape\n        return"), ("self.x_shape)", "n, c, w, h)")])

slip = slips("classifier", "Linear", forth=NETWORK)
BIAS = 'self.params["bias"].astype(x.dtype)'
Y = f"x @ self.weight.T + {BIAS}"
slip("forward-bias-forgotten", "The bias is missing",
    "you return the weighted sum and never add the bias", "What should y be when x is all zeros?",
    (f" + {BIAS}", ""))
slip("forward-weight-of-unit-times-input", "The input is looked up by the number of the unit",
    "you write x[n, j] where it should be x[n, i]: unit j sees input j alone, over and over",
    "Which of your two loops counts the inputs?",
    ("x @ self.weight.T", "x[:, range(len(self.weight))] * self.weight.sum(axis=1)"))
slip("forward-weight-not-transposed", "The weights are not transposed",
    "you ask for x @ weight, where the inner sizes do not fit",
    "x is (N, in) and the weight (out, in). How do you get (N, out) from them?",
    ("x @ self.weight.T", "x @ self.weight"))
slip("forward-reshaped", "A reshape stands where a transpose should be",
    "you make the shape fit with `reshape`, which leaves the numbers in their old order",
    "Where is the number at [0, 1] after `.T`, and where is it after `reshape`?",
    (Y, f"({Y}).T.reshape(len(x), -1)"), ("self.weight.T", "self.weight.reshape(x.shape[1], -1)"))
slip("forward-input-left-out", "One input is left out of the sum",
    "you leave out the {} input",
    "At which number does `range(n - 1)` end?",
    ("x @ self.weight.T", "x[:, :-1] @ self.weight[:, :-1].T", "x[:, 1:] @ self.weight[:, 1:].T"),
    said=("last", "first"))
slip("forward-non-linearity", "A non-linearity is built in",
    "you send y through a {}, which is a layer of its own",
    "What is left of the formula of this layer when you take the activation away?",
    (Y, f"np.maximum({Y}, 0)", f"np.tanh({Y})", f"1 / (1 + np.exp(-({Y})))"),
    said=("rectifier", "tanh", "sigmoid"))
slip("backward-reshaped", "On the way back a reshape stands where a transpose should be",
    "you make a shape fit with `reshape`, which leaves the numbers in their old order",
    "Where is the number at [0, 1] after `.T`, and where is it after `reshape`?",
    ("grad_y @ self.weight", "(self.weight.T @ grad_y.T).reshape(self.x.shape)"),
    ("@ self.weight", "@ self.weight.T.reshape(self.weight.shape)"),
    ("grad_y.T @ self.x", "(self.x.T @ grad_y).reshape(self.weight.shape)"))
slip("backward-one-unit", "Only one unit hands its gradient back",
    "your grad_x comes from the {} unit alone",
    "How many units does one input feed? What happens to their gradients?",
    ("grad_y @ self.weight", "grad_y[:, -1:] @ self.weight[-1:]",
     "grad_y[:, :1] @ self.weight[:1]"), said=("last", "first"))
slip("backward-gradient-for-weight", "grad_x is made with the gradient of the weight",
    'you multiply grad_y with grads["weight"] where the weight itself should be',
    "y = w·x. If x grows by 1, by how much does y grow?",
    ("grad_y @ self.weight", 'grad_y @ self.grads["weight"]'))
slip("backward-weight-gradient-transposed", "The gradient of the weight is transposed",
    'your grads["weight"] has the inputs in its rows and the units in its columns',
    "What is the shape of the weight? Which of the two factors comes first, then?",
    ("grad_y.T @ self.x", "self.x.T @ grad_y"))
slip("backward-weight-gradient-of-sums", "The gradient of the weight is a product of two sums",
    "you sum x and grad_y over the batch first and multiply afterwards",
    "Is 1·2 + 3·4 the same as (1 + 3)·(2 + 4)?",
    ("grad_y.T @ self.x", "np.outer(grad_y.sum(axis=0), self.x.sum(axis=0))"))
slip("backward-weight-gradient-of-y", "The gradient of the weight is made with y",
    "you multiply grad_y with the output of the layer where its input should be",
    "What does your forward keep for backward, and what do you do to it before?",
    ("grad_y.T @ self.x", "grad_y.T @ self.forward(self.x)"))
slip("backward-bias-gradient-axis", "The gradient of the bias is summed over the wrong axis",
    'your grads["bias"] has a number for each sample instead of one for each unit',
    "Which samples does the bias of one unit reach?", ("grad_y.sum(axis=0)", "grad_y.sum(axis=1)"))
slip("backward-bias-gradient-not-summed", "The gradient of the bias is not summed over the batch",
    'your grads["bias"] is grad_y itself, with one row for each sample',
    "How many numbers does the bias have? How many should its gradient have?",
    ("grad_y.sum(axis=0)", "grad_y.copy()"))
