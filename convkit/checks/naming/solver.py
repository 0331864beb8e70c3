"""The solver: which known term of a sum is missing, doubled, negated, or has a wrong factor.

A layer says of which terms a quantity is the sum; what came is fitted as a sum of the same terms
on every case that goes wrong. So `enter_sum` with the terms "products" and "bias" of a `Linear`
enters linear-forward-bias-missing, -bias-twice, -bias-negated, -bias-factor, -bias-other (it became
something else, which the layer names), the same for the products, and linear-forward-y-terms where
two of the terms are wrong. `products_and_bias` is an example.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from convkit.checks.judging.factor import in_words
from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.look import Look, Sizes, View, equal
from convkit.checks.naming.misconception import Misconception, capital, enter_teller
from convkit.checks.observing.behaviour import Case
from convkit.checks.observing.quantity import Quantity
from convkit.layers import Array

Terms = Callable[[View], Mapping[str, Array]]
"""The terms of a quantity on a case, each of the quantity's shape; they sum to what is right.

A term that plays no part in a case is 0 there, or left out.
"""

Instead = Callable[[View], Mapping[tuple[str, str], Array]]
"""By a term and what the code does with it ("is added along the width"): what it then becomes."""

KINDS = {
    "missing": (0.0, "is missing"),
    "twice": (2.0, "is counted twice"),
    "negated": (-1.0, "has the wrong sign"),
    "factor": (None, "has the wrong factor"),
}
"""What a wrong term's factor shows; it should be 1."""

_MOST_WRONG = 2
"""Where more terms are wrong than that, they do not explain it."""

_ROUNDING = 1e-6
"""What may be left over, as a share of the largest number."""

SUMS: list[Sum] = []
"""Every sum that is known, of any name."""


def enter_sum(
    anatomy: Anatomy,
    quantity: Quantity,
    terms: Terms,
    words: Mapping[str, tuple[str, str]],
    instead: Instead = lambda view: {},
) -> None:
    """Let the solver explain a quantity.

    Args:
        quantity: any that has its array's name, such as y of another x for y.
        words: for each term a noun phrase, which is put before "is missing", and a hint.
        instead: what single terms may be replaced by.
    """
    SUMS.append(Sum(anatomy, quantity, terms, words, instead))
    enter_teller(anatomy.name, SUMS[-1].tell)


@dataclass(frozen=True)
class Sum:
    """A quantity of a name as a sum of terms; see `enter_sum`."""

    anatomy: Anatomy
    quantity: Quantity
    terms: Terms
    words: Mapping[str, tuple[str, str]]
    instead: Instead

    def tell(self, look: Look) -> Misconception | None:
        if look.quantity.array != self.quantity.array or not look.finite:
            return None
        cases = [
            (view, got, {name: term for name, term in self.terms(view).items() if term.any()})
            for view, (got, _) in zip(look.wrong, look.finite, strict=True)
        ]
        if any(term.shape != got.shape for _, got, terms in cases for term in terms.values()):
            return None
        return self._replaced(cases) or self._refactored(cases, look.sizes)

    def _replaced(self, cases: _Cases) -> Misconception | None:
        """One term became something else, the same everywhere."""
        for key in self.instead(cases[0][0]):
            if all(_is_instead(got, terms, key, self.instead(view)) for view, got, terms in cases):
                term, does = key
                return self._entry(f"{term}-other", f"{self.words[term][0]} {does}", term)
        return None

    def _refactored(self, cases: _Cases, sizes: Sizes) -> Misconception | None:
        """The terms have factors that are not 1."""
        fits = [(view.case, _fit(got, terms)) for view, got, terms in cases]
        if any(fit is None for _, fit in fits):
            return None
        told = [(case, fit) for case, fit in fits if fit]
        factors = {
            term: {case: fit[term] for case, fit in told if term in fit} for term in self.words
        }
        off = {term: found for term, found in factors.items() if not _all(found.values(), 1.0)}
        alike = len(off) > 1 and all(_all(fit.values(), max(fit.values())) for _, fit in told)
        missed = any(not off.keys() & fit.keys() for _, fit in told)
        kinds = {term: _kind(found.values()) for term, found in off.items()}
        if alike or missed or None in kinds.values() or not 0 < len(off) <= _MOST_WRONG:
            return None
        titles = {term: f"{self.words[term][0]} {KINDS[str(kinds[term])][1]}" for term in off}
        more = {term: _more(kinds[term], found, sizes) for term, found in off.items()}
        term, *others = off
        if not others:
            return self._entry(f"{term}-{kinds[term]}", titles[term], term, more[term])
        each = (f"{capital(titles[term])}. {more[term]}".strip() for term in off)
        it = self.quantity
        return self._entry(f"{it}-terms", f"Two terms of {it} are wrong", term, *each)

    def _entry(self, id: str, title: str, term: str, *more: str) -> Misconception:
        return Misconception(
            self.anatomy.begins(self.quantity) + id,
            self.anatomy.name,
            capital(title),
            " ".join([*filter(None, more), f"All other terms of {self.quantity} are right."]),
            self.words[term][1],
            *self.anatomy.read(self.quantity),
            exact=True,
        )


_Cases = Sequence[tuple[View, Array, Mapping[str, Array]]]


def _is_instead(
    got: Array,
    terms: Mapping[str, Array],
    key: tuple[str, str],
    instead: Mapping[tuple[str, str], Array],
) -> bool:
    if key not in instead:
        return False
    return equal(sum(term for name, term in terms.items() if name != key[0]) + instead[key], got)


def _fit(got: Array, terms: Mapping[str, Array]) -> Mapping[str, float] | None:
    """The factor of each term; nothing where there are too few numbers to tell; None for no sum."""
    if not terms or got.size < 2 * len(terms):
        return {}
    columns = np.stack([np.asarray(term, np.float64).ravel() for term in terms.values()], axis=1)
    lengths = np.linalg.norm(columns, axis=0)
    factors, _, rank, _ = np.linalg.lstsq(columns / lengths, got.ravel(), rcond=1e-9)
    if rank < len(terms):
        return {}
    left = np.max(np.abs(columns / lengths @ factors - got.ravel()))
    if left > _ROUNDING * np.max(np.abs(got)):
        return None
    return dict(zip(terms, map(float, factors / lengths), strict=True))


def _all(factors: Iterable[float], one: float) -> bool:
    """Whether they are all the same as one, up to rounding."""
    return all(np.isclose(each, one, rtol=1e-5, atol=1e-7) for each in factors)


def _kind(factors: Collection[float]) -> str | None:
    """What is wrong with a term; None if it is not the same everywhere.

    In a case where the term is right, something else must be wrong.
    """
    for kind, (factor, _) in KINDS.items():
        if factor is not None and _all(factors, factor):
            return kind
    return None if any(_all([each], 1.0) for each in factors) else "factor"


def _more(kind: str | None, factors: Mapping[Case, float], sizes: Sizes) -> str:
    """What the factor is; of a hidden case nothing is said."""
    if kind != "factor" or next(iter(factors)).hidden:
        return ""
    return in_words([*factors.values()], [sizes(case) for case in factors], "it")
