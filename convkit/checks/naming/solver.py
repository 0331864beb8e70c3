"""The solver: which known term of a sum is missing, doubled, negated, or has a wrong factor.

A layer says of which terms a quantity is the sum; what came is fitted as a sum of the same terms
on every case that goes wrong. So `enter_sum` with the terms "products" and "bias" of a `Linear`
enters linear-forward-bias-missing, -bias-twice, -bias-negated, -bias-factor, -bias-other (it became
something else, which the layer names), the same for the products, and linear-forward-y-terms where
two of the terms are wrong. `products_and_bias` is an example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.look import Look, View, equal
from convkit.checks.naming.misconception import Misconception, capital, enter_teller
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
        return self._replaced(cases) or self._refactored(cases)

    def _replaced(self, cases: _Cases) -> Misconception | None:
        """One term became something else, the same everywhere."""
        for key in self.instead(cases[0][0]):
            if all(_is_instead(got, terms, key, self.instead(view)) for view, got, terms in cases):
                term, does = key
                return self._entry(f"{term}-other", f"{self.words[term][0]} {does}", term)
        return None

    def _refactored(self, cases: _Cases) -> Misconception | None:
        """The terms have factors that are not 1."""
        fits = [(view, _fit(got, terms)) for view, got, terms in cases]
        if any(fit is None for _, fit in fits):
            return None
        told = [(view, fit) for view, fit in fits if fit]
        factors = {
            term: {number: fit[term] for number, (_, fit) in enumerate(told) if term in fit}
            for term in self.words
        }
        off = {
            term: found
            for term, found in factors.items()
            if not all(same(factor, 1.0) for factor in found.values())
        }
        alike = len(off) > 1 and all(
            len({round(factor, 6) for factor in fit.values()}) == 1 for _, fit in told
        )
        if not 0 < len(off) <= _MOST_WRONG or alike:
            return None
        if any(not any(term in fit for term in off) for _, fit in told):
            return None
        said = {
            term: _kind(found, [told[n][0] for n in found], self.anatomy)
            for term, found in off.items()
        }
        if any(kind is None for kind in said.values()):
            return None
        return self._said({term: kind for term, kind in said.items() if kind})

    def _said(self, said: Mapping[str, tuple[str, str]]) -> Misconception:
        titles = {
            term: f"{self.words[term][0]} {KINDS[kind][1]}" for term, (kind, _) in said.items()
        }
        term, (kind, more) = next(iter(said.items()))
        if len(said) == 1:
            return self._entry(f"{term}-{kind}", titles[term], term, more)
        each = (f"{capital(titles[term])}. {more}".strip() for term, (_, more) in said.items())
        it = self.quantity
        return self._entry(f"{it}-terms", f"Two terms of {it} are wrong", term, *each)

    def _entry(self, id: str, title: str, term: str, *more: str) -> Misconception:
        _, hint = self.words[term]
        rest = f"All other terms of {self.quantity} are right."
        return Misconception(
            self.anatomy.begins(self.quantity) + id,
            self.anatomy.name,
            capital(title),
            " ".join([*filter(None, more), rest]),
            hint,
            *self.anatomy.read(self.quantity),
            (),
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


def same(one: float, other: float) -> bool:
    """Whether two factors are the same up to rounding."""
    return bool(np.isclose(one, other, rtol=1e-5, atol=1e-7))


def _kind(
    factors: Mapping[int, float], views: Sequence[View], anatomy: Anatomy
) -> tuple[str, str] | None:
    """What is wrong with a term, and what more can be said; None if it is not the same everywhere.

    In a case where the term is right, something else must be wrong.
    """
    found = list(factors.values())
    for kind, (factor, _) in KINDS.items():
        if factor is not None and all(abs(each - factor) < 1e-5 for each in found):
            return kind, ""
    if any(same(factor, 1.0) for factor in found):
        return None
    return "factor", in_words(found, views, anatomy)


def in_words(factors: Sequence[float], views: Sequence[View], anatomy: Anatomy) -> str:
    """What the factors of all cases have in common, as a sentence about the first; "" if nothing.

    A number is taken for a size only where it follows that size over several cases.
    """
    sizes = [anatomy.sizes(v.case) for v in views]
    follows = {}
    for words in sizes[0] if sizes else ():
        values = np.array([float(np.prod(size[words])) for size in sizes])
        if len(set(values)) > 1:
            for way, power in (("large", 1), ("small", -1)):
                if np.allclose(factors, values**power, rtol=1e-6):
                    follows[words] = way
    hidden = views[0].case.hidden
    if len(follows) == 1:
        ((words, way),) = follows.items()
        number = "" if hidden else f"{_product(sizes[0][words])}, "
        return f"It is too {way} by the factor {number}{words}."
    if hidden or (len(factors) > 1 and not np.allclose(factors, factors[0], rtol=1e-6)):
        return ""
    return f"{'Here it' if len(factors) == 1 else 'It'} is {_times(factors[0])}."


def _product(size: int | tuple[int, ...]) -> str:
    """ "6 = 3·2"."""
    if isinstance(size, int) or len(size) < 2:
        return str(int(np.prod(size)))
    return f"{np.prod(size)} = {'·'.join(map(str, size))}"


def _times(factor: float) -> str:
    """ "3 times too large", "2/3 of what it should be"."""
    simple = Fraction(factor).limit_denominator(64)
    if not np.isclose(float(simple), factor, rtol=1e-6) or simple == 0:
        return f"{factor:.4g} times what it should be"
    if simple.denominator == 1 and simple > 1:
        return f"{simple} times too large"
    if simple.numerator == 1:
        return f"{simple.denominator} times too small"
    return f"{simple} times what it should be".replace("-", "−")
