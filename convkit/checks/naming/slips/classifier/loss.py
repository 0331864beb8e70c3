"""Slips of `softmax` and `SoftmaxCrossEntropy`."""

from convkit.checks.naming.slip import slips

LOGITS = ("06-classification", "Logits, probabilities, loss, gradient")

# fmt: off
slip = slips("classifier", "softmax", forth=LOGITS)
LARGEST = "logits.max(axis=1, keepdims=True)"
SUM = "exp.sum(axis=1, keepdims=True)"
slip("not-shifted", "Large logits overflow",
    "you take e^a of the logits as they are; from 710 on that is infinity",
    "You may subtract the same number from all logits of a row. Which one keeps e^a small?",
    (f" - {LARGEST}", ""))
slip("shift-of-all", "One shift is used for all rows",
    "you subtract the largest logit of the whole batch, and a row far below it becomes 0/0",
    "Whose largest logit should you subtract from a row?", (LARGEST, "logits.max()"))
slip("shift-too-small", "The shift does not reach the largest logit",
    "you subtract the {} of a row, and its largest logit overflows",
    "After your shift, how large can the largest logit of a row still be?",
    (LARGEST, "logits.mean(axis=1, keepdims=True)", "logits.min(axis=1, keepdims=True)",
     "logits[:, :1]"), said=("mean", "smallest logit", "first logit"))
slip("clipped", "Large logits are clipped",
    "you cut the logits off so that e^a stays finite, and two large ones become equal",
    "Which of the logits 2000 and 1000 should win? Which wins in your code?",
    (f"logits - {LARGEST}", "np.minimum(logits, 700)",
     *(f"np.clip(logits, -{size}, {size})" for size in (20, 30, 50, 88, 100, 500, 700, 709))))
slip("over-the-batch", "The columns sum to 1",
    "you divide by the sum over the samples, so the samples compete for each class",
    "Which should sum to 1: the probabilities of a sample, or those of a class?",
    ("axis=1", "axis=0"), (SUM, "exp.sum(axis=0)"),
    [(LARGEST, "logits.max()"), (SUM, "exp.sum(axis=0)")])
slip("over-everything", "The probabilities of the whole batch sum to 1",
    "you divide by the sum over all samples and all classes",
    "What does `.sum()` give when you name no axis?", (SUM, "exp.sum()"),
    *[[(LARGEST, largest), (SUM, "exp.sum()")] for largest in ("logits.max()", "0")])
slip("keepdims-forgotten", "A maximum or a sum loses its axis",
    "you combine an array of shape (N,) with the logits, and NumPy lines it up with the classes",
    "Which shape would fit one number to each row? How do `sum` and `max` give you that?",
    (SUM, "exp.sum(axis=1)"), (LARGEST, "logits.max(axis=1)"))
slip("not-normalised", "The powers are not divided by their sum",
    "you return e^a, perhaps over the largest of its row, and a row does not sum to 1",
    "What should the numbers of a row sum to?", (f" / {SUM}", ""),
    [(f" - {LARGEST}", ""), (f" / {SUM}", "")])
slip("logits-divided", "The logits are divided by the largest",
    "you divide each row by its largest logit, which changes the proportions of the powers",
    "Does e^(a/m) have the same proportions as e^a? Does e^(a − m)?",
    (f"- {LARGEST}", "/ np.abs(logits).max(axis=1, keepdims=True)", f"/ {LARGEST}"))
slip("negated", "The smallest logit wins", "you take e^−a where it should be e^a",
    "Which class should get the largest probability?",
    (f"logits - {LARGEST}", "logits.min(axis=1, keepdims=True) - logits"))
slip("logarithm", "The logarithm of the probabilities is returned",
    "you return log p, which is what the loss needs, but not what softmax is",
    "Can a probability be negative?", (f"exp / {SUM}", f"logits - {LARGEST} - np.log({SUM})"))

slip = slips("classifier", "SoftmaxCrossEntropy", forth=LOGITS)
RIGHT = "[np.arange(len(labels)), labels]"
LOSSES = f"log_sum - shifted{RIGHT}"
MEAN = f"np.mean({LOSSES})"
P = f"self.probabilities{RIGHT}"
OF_ALL = "(log_sum[:, None] - shifted)"
FAR = "np.abs(self.probabilities - np.eye(logits.shape[1])[labels])"
FORMS = ("({} + tiny)", "np.maximum({}, tiny)", "np.clip({}, tiny, 1 - tiny)")
USUAL = [form.replace("tiny", tiny) for tiny in ("1e-12", "1e-8", "1e-7") for form in FORMS]
RARER = ("1e-15", "1e-10", "1e-9", "1e-6", "1e-5")
KEPT = [*USUAL, *(form.replace("tiny", tiny) for tiny in RARER for form in FORMS)]
"""How learners keep a number away from 0."""

slip("forward-summed", "The loss is a sum over the samples",
    "you add up the losses of the samples and do not divide by their number",
    "What should happen to the loss if every sample appears twice in the batch?",
    (MEAN, f"np.sum({LOSSES})"))
slip("forward-averaged-over-classes", "The loss is averaged over the classes as well",
    "you take the mean over all N·classes entries, most of which are 0",
    "How many samples are there, and by what does your mean divide?",
    (MEAN, f"{MEAN} / logits.shape[1]"))
slip("forward-divided-by-classes", "The loss is divided by the number of classes",
    "you add up the losses of the samples and divide by the number of classes",
    "Which axis of the logits counts the samples?", (MEAN, f"np.sum({LOSSES}) / logits.shape[1]"))
slip("forward-negated", "The loss has the wrong sign",
    "you forget the minus before the logarithm, so a better network has a larger loss",
    "Is log p positive or negative for a probability? Which should a loss be?", (MEAN, f"-{MEAN}"))
slip("forward-other-logarithm", "The logarithm has another base than e",
    "you take {}, and the loss is off by a factor", "Which logarithm undoes e^a?",
    (MEAN, f"{MEAN} / np.log(2)", f"{MEAN} / np.log(10)", f"-np.mean(np.log2({P}))"),
    said=("log2", "log10", "log2"))
slip("forward-logarithm-of-zero", "The logarithm of 0 is taken",
    "you take the logarithm of p, and p is 0 where the right class is very unlikely",
    "What does log(e^a / Σ e^a) become before you compute any of it?",
    (MEAN, f"-np.mean(np.log({P}))"))
slip("forward-logarithm-floored", "A small number keeps p away from 0",
    "you add something like 1e-12 to p, or clip p there, and a sure mistake costs too little",
    "For the logits 0 and 10,000, what is the loss if the first class is right? And in your code?",
    (MEAN, f"-np.mean(np.log({P} + 1e-11))",
     *(f"-np.mean(np.log({kept.format(P)}))" for kept in KEPT)))
slip("forward-overflow", "Large logits overflow",
    "you take e^a of the logits as they are; from 710 on that is infinity",
    "You may subtract the same number from all logits of a row. Which one keeps e^a small?",
    (f" - {LARGEST}", ""),
    [(f" - {LARGEST}", ""),
     (LOSSES, f"-np.log(np.exp(logits{RIGHT}) / np.exp(logits).sum(axis=1))")])
slip("forward-shift-once", "The shift is used in one place only",
    "you subtract the largest logit inside the sum of powers, and do not make up for it outside",
    "What is log Σ e^a in terms of Σ e^(a − m)?", (LOSSES, f"log_sum - logits{RIGHT}"))
slip("forward-labels-ignored", "The labels play no part in the loss",
    "you return −log of the largest probability of each row, whatever the labels are",
    "If you change a label, what should happen to the loss? What happens in your code?",
    (LOSSES, "log_sum"))
slip("forward-no-softmax", "The logits are taken for probabilities",
    "you never apply softmax: your loss is made of the logits themselves",
    "Can −log p be negative? Can yours?",
    (LOSSES, f"-logits{RIGHT}",
     *(f"-np.log({kept.format(f'{of}(logits{RIGHT})')})" for of in ("", "np.abs")
      for kept in ("{}", *USUAL))))
slip("forward-every-label-in-every-row", "Every sample is held against the labels of all samples",
    "you write p[:, labels], which picks an N×N table and not one number from each row",
    "What is the shape of p[:, labels]? How do you pick one number from each row?",
    (MEAN, f"np.mean({OF_ALL}[:, labels])", f"np.sum({OF_ALL}[:, labels]) / len(labels)"))
slip("forward-two-way", "Each class is asked yes or no",
    "you add log(1 − p) of the wrong classes, as if every class were a question of its own",
    "Which probabilities appear in the formula of the loss?",
    (LOSSES, f"-np.log1p(-{FAR}).sum(axis=1)",
     *(f"-np.log({kept.format(f'(1 - {FAR})')}).sum(axis=1)"
      for kept in ("({} + 1e-300)", *USUAL))))
slip("forward-squared-error", "The loss is a squared error",
    "you add up the squared differences of p and the labels, which is another loss",
    "Where is the logarithm in your loss?",
    (LOSSES, f"{FAR} ** 2", *(f"({FAR} ** 2).sum(axis=1){half}" for half in ("", " / 2"))))
slip("forward-not-averaged", "You return a loss for each sample",
    "you return N numbers and not their mean",
    "Training needs one number to make smaller. How do N losses become one?",
    (f"float({MEAN})", LOSSES))
slip("forward-one-sample", "Only one sample counts",
    "you return the loss of the {} sample alone",
    "Two samples have losses 1 and 3. What should forward return?",
    (MEAN, f"({LOSSES})[-1]", *(f"({LOSSES}){one}" for one in ("[0]", "[-1] / len(labels)"))),
    said=("last", "first", "last"))
slip("labels-from-one", "The labels are counted from 1",
    "you look up labels − 1, which is the class before the right one",
    "Label 0 is the first class. Which entry of the row does your index pick for it?",
    ("self.probabilities, self", "labels = labels - 1\n        self.probabilities, self"),
    ("labels]))", "labels - 1]))"))
MINUS_ONE = "grad_logits[np.arange(len(self.labels)), self.labels] -= 1"
slip("labels-one-hot", "The labels are taken for one-hot rows",
    "you multiply by the labels, or subtract them, as if they had a 0 or 1 for each class",
    "What is the shape of the labels? What would a one-hot row of label 2 look like?",
    [(LOSSES, f"np.sum(labels * {OF_ALL}, axis=1)"), (MINUS_ONE, "grad_logits -= self.labels")],
    (MINUS_ONE, "grad_logits -= self.labels"))
slip("classes-from-labels", "The number of classes is taken from the labels",
    "you make one-hot rows as long as the largest label of the batch asks for",
    "What if no sample of a batch is of the last class? What else tells the number of classes?",
    (LOSSES, f"np.sum(np.eye(labels.max() + 1)[labels] * {OF_ALL}, axis=1)"),
    (MINUS_ONE, "grad_logits -= np.eye(self.labels.max() + 1)[self.labels]"))
slip("backward-not-averaged", "The gradient is not divided by the number of samples",
    "you return the gradient of the sum of the losses, but the loss is their mean",
    "If the loss is a mean over N samples, how much does a single one of them count?",
    ("grad_logits / len(self.labels)", "grad_logits"))
slip("backward-averaged-over-classes", "The gradient is divided by the number of classes",
    "you divide by the number of classes{}, and not by the number of samples",
    "By how many numbers does the mean in the loss divide?",
    ("/ len(self.labels)", "/ grad_logits.shape[1]", "/ grad_logits.size"),
    said=("", " times the number of samples"))
slip("backward-negated", "The gradient has the wrong sign",
    "you return (label − p)/N, which points downhill",
    "If the logit of the right class grows, does the loss grow or fall?",
    ("return grad_logits", "return -grad_logits"))
ALONG_P = "grad_logits = -np.eye(len(grad_logits[0]))[self.labels] /"
slip("backward-stops-at-p", "The gradient stops at the probabilities",
    "you return −1/p at the right class, which is the gradient along p, not along the logits",
    "Two steps lead from the logits to the loss. Through how many of them do you go back?",
    (MINUS_ONE, f"{ALONG_P} grad_logits",
     *(f"{ALONG_P} {kept.format('grad_logits')}" for kept in USUAL)))
slip("backward-softmax-twice", "The gradient goes through softmax a second time",
    "you apply the slopes of softmax to p − 1, which is the gradient along the logits already",
    "Is p − 1 the gradient along p, or along the logits?",
    ("return grad_logits /",
     "p, g = self.probabilities, grad_logits\n        return p * (g - (p * g).sum(axis=1, "
     "keepdims=True)) /"), ("return", "p = self.probabilities\n        return p * (1 - p) *"))
