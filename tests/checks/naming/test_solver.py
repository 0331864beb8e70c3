"""The solver: every term of every sum that it knows is told, by what is wrong with it."""

import numpy as np
import pytest

from convkit.checks.checking import MODULES, find
from convkit.checks.naming.look import Look, View, equal
from convkit.checks.naming.misconception import catalogue
from convkit.checks.naming.solver import KINDS, SUMS

for name, module in MODULES.items():
    catalogue(module, name)

FACTORS = {kind: factor for kind, (factor, _) in KINDS.items()} | {"factor": 3.7}
TERMS = [
    pytest.param(each, term, id=f"{each.anatomy.name}-{each.quantity}-{term}")
    for each in SUMS
    for term in each.words
]


def seen(each, wrong):
    """What there would be to see if ``wrong(view)`` had come, wherever that is not right."""
    views = []
    concept = find(each.anatomy.name)
    for case in concept.cases:
        expected = concept.expected(case)
        behaviour = {quantity: right.value for quantity, right in expected.items()}
        for quantity in expected:
            if quantity.array == each.quantity.array:
                right = expected[quantity].value
                view = View(quantity, case, right, right, True, False, behaviour, expected)
                got = wrong(view)
                if not equal(got, right):
                    views.append(View(quantity, case, got, right, True, False, behaviour, expected))
    return views and Look(views[0].quantity, [v for v in views if v.quantity == views[0].quantity])


def put_together(each, view, factors):
    terms = each.terms(view)
    return sum(factors.get(name, 1.0) * term for name, term in terms.items())


@pytest.mark.parametrize("each", SUMS, ids=lambda each: f"{each.anatomy.name}-{each.quantity}")
def test_the_terms_sum_to_what_is_right(each):
    seen(each, lambda view: view.right + 1)
    for view in seen(each, lambda view: view.right + 1).views:
        assert np.allclose(put_together(each, view, {}), view.right, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize(("each", "term"), TERMS)
@pytest.mark.parametrize("kind", FACTORS)
def test_a_wrong_term_is_told(each, term, kind):
    look = seen(each, lambda view: put_together(each, view, {term: FACTORS[kind]}))
    found = each.tell(look)
    begins = each.anatomy.begins(each.quantity)
    assert found.id == f"{begins}{term}-{kind}"


@pytest.mark.parametrize("each", SUMS, ids=lambda each: f"{each.anatomy.name}-{each.quantity}")
def test_what_is_no_sum_of_the_terms_is_not_told(each):
    def noise(view):
        return view.right + np.random.default_rng(0).normal(size=view.right.shape)

    assert each.tell(seen(each, noise)) is None


@pytest.mark.parametrize("each", SUMS, ids=lambda each: f"{each.anatomy.name}-{each.quantity}")
def test_what_is_put_instead_is_told(each):
    keys = {
        key for view in seen(each, lambda view: view.right + 1).views for key in each.instead(view)
    }
    for key in keys:

        def wrong(view, key=key):
            instead = each.instead(view).get(key)
            return (
                view.right if instead is None else view.right - each.terms(view)[key[0]] + instead
            )

        look = seen(each, wrong)
        assert not look or each.tell(look).id.endswith(f"{key[0]}-other")
