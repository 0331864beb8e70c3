"""Whether the first name that `check` gives a mistake is the right one: what `make names` prints.

    python -m tests.names              a line for each name, and the sum
    python -m tests.names Conv2d …     each variant of these names, with what is said of it

Of the implementations in `tests/checks/variants`, which the catalogue does not know. Their labels
were given by people who read the code: see ``names`` in `Variant`.
"""

from __future__ import annotations

import sys
from collections import Counter
from multiprocessing import Pool

from convkit.checks.checking import MODULES, examine
from tests.checks.variants import Variant, right_variants, wrong_variants
from tests.sampling import drawn

COLUMNS = (
    "wrong",
    "noticed",
    "right",
    "vague",
    "false",
    "none",
    "unlabelled",
    "correct",
    "accused",
)


def first_name(variant: Variant) -> tuple[str | None, str]:
    """The id and the words of what a learner is told first, "" where nothing is wrong."""
    target = variant.load()
    findings = examine(target).findings
    if not findings:  # the instructor's cases see what the visible ones do not
        findings = examine(target, cases=drawn(variant.name, 0)).findings
    if not findings:
        return None, ""
    named = next((each for each in findings if each.misconception), findings[0])
    return named.misconception, named.message


def main(asked: list[str]) -> None:
    wrong = [each for each in wrong_variants() if each.name in (asked or MODULES)]
    correct = [each for each in right_variants() if each.name in (asked or MODULES)]
    with Pool() as pool:
        said = pool.map(first_name, [*wrong, *correct], chunksize=4)
    counts = {name: Counter[str]() for name in MODULES}
    for variant, (name, message) in zip(wrong, said, strict=False):
        judged = variant.judged(name) if variant.names else "unlabelled"
        counts[variant.name].update(["wrong", judged, *["noticed"] * bool(message)])
        if asked:
            print(
                f"{judged:>10}  {variant.id}: {variant.mistake}\n{'':12}{name}  [{variant.names}]"
            )
    for variant, (_, message) in zip(correct, said[len(wrong) :], strict=True):
        counts[variant.name].update(["correct", *["accused"] * bool(message)])
    print(f"| name | {' | '.join(COLUMNS)} |\n|---|{'--:|' * len(COLUMNS)}")
    for name, count in [*counts.items(), ("all", sum(counts.values(), Counter()))]:
        if count:
            print(f"| {name} | {' | '.join(str(count[column]) for column in COLUMNS)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
