"""Broad entries about windows: which part of the image came to which place, if not the right one.

Everything that a wrong layout of windows may give is worked out once, for windows that begin
anywhere and move by any small step, and compared with what came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit.checks.look import Look, View, equal
from convkit.layers import Array

Pair = tuple[int, int]

FRAME = 4
"""So far windows may begin before the image."""

_STEPS = [(down, right) for down in range(5) for right in range(5)]
_STARTS = [(top, left) for top in range(-FRAME, FRAME + 1) for left in range(-FRAME, FRAME + 1)]


@dataclass(frozen=True)
class Layout:
    """Windows of ``size`` whose corner for place (a, b) is ``start`` + (a, b)·``step``.

    ``swapped``: it is that of place (b, a). ``inside``: windows that leave the frame are dropped.
    """

    start: Pair
    step: Pair
    size: Pair
    swapped: bool = False
    inside: bool = False

    def corner(self, place: Pair) -> Pair:
        (top, left), (down, right) = self.start, self.step
        row, column = place[::-1] if self.swapped else place
        return top + row * down, left + column * right

    def of(self, everywhere: Array, places: Pair) -> Array | None:
        """From what windows give that begin at every pixel, `FRAME` pixels before the image on."""
        (top, left), (down, right) = self.start, self.step
        across, along = places[::-1] if self.swapped else places
        rows = FRAME + top + down * np.arange(across)
        columns = FRAME + left + right * np.arange(along)
        if min(rows[0], columns[0]) < 0:
            return None
        if max(rows[-1] - everywhere.shape[-2], columns[-1] - everywhere.shape[-1]) >= 0:
            return None
        taken: Array = everywhere[..., rows[:, np.newaxis], columns]
        return taken.swapaxes(-1, -2) if self.swapped else taken


def framed_windows(x: Array, size: Pair, fill: float) -> Array:
    """The windows that begin at every pixel, and `FRAME` pixels further out on every side."""
    height, width = size
    border = ((0, 0), (0, 0), (FRAME, FRAME + height + 8), (FRAME, FRAME + width + 8))
    return sliding_window_view(np.pad(x, border, constant_values=fill), size, axis=(2, 3))


def layouts(got: Array, everywhere: Array, size: Pair) -> Iterator[Layout]:
    """The layouts that give what came."""
    places = got.shape[2:]
    first = np.isclose(everywhere[0, 0], got[0, 0, 0, 0], rtol=1e-6, atol=1e-9)
    for start in _STARTS:
        if not first[FRAME + start[0], FRAME + start[1]]:
            continue
        for step, swapped in product(_STEPS, (False, True)):
            layout = Layout(start, step, size, swapped)
            taken = layout.of(everywhere, places)
            if taken is not None and _same(got, taken):
                yield layout


def _same(got: Array, taken: Array) -> bool:
    """Equal, where NaN stands for the mean of nothing."""
    return bool(np.array_equal(np.isnan(got), np.isnan(taken))) and equal(
        np.nan_to_num(got), np.nan_to_num(taken)
    )


Everywhere = Callable[[View, Pair], Array]
"""What windows of a size give that begin at every pixel, `FRAME` pixels before the image on."""


def other_windows(
    look: Look,
    everywhere: Everywhere,
    right: Callable[[View], Layout],
    sizes: Callable[[View], list[Pair]],
) -> str | bool:
    """In every failing case, y is what other windows would give; says which for a visible one."""
    if look.name != "y" or not look.pairs or not all(_told_apart(got) for got, _ in look.pairs):
        return False
    said: list[str] = []
    for view, (got, _) in zip(look.wrong, look.pairs, strict=True):
        with np.errstate(invalid="ignore"):
            found = (
                layout
                for size in sizes(view)
                for layout in layouts(got, everywhere(view, size), size)
            )
            layout = next(found, None)
        if layout is None:
            return False
        if not view.case.hidden:
            said.append(_difference(layout, right(view), got.shape[2:]))
    return said[0] if said else True


def _told_apart(got: Array) -> bool:
    """Whether there is enough to tell windows by."""
    return bool(got.size >= 8 and got[0, 0].size >= 2)


def _difference(layout: Layout, right: Layout, places: Pair) -> str:
    """In what a layout is not the right one."""
    if layout.size != right.size:
        return "Here the windows are {}×{}, where they should be {}×{}.".format(
            *layout.size, *right.size
        )
    place = next(
        (place for place in np.ndindex(*places) if layout.corner(place) != right.corner(place)),
        (0, 0),
    )
    corners = layout.corner(place), right.corner(place)
    return (
        f"Here the window of y[…, {place[0]}, {place[1]}] begins at row {corners[0][0]} and column "
        f"{corners[0][1]} of x, where it should begin at row {corners[1][0]} and column "
        f"{corners[1][1]}"
        + (" (before 0 is padding)." if min(*corners[0], *corners[1]) < 0 else ".")
    )


Through = Callable[[View, Layout, bool], Array | None]
"""A quantity through windows of some layout; the flag asks for what is first on its first axis."""


def other_way(look: Look, through: Through, right: Callable[[View], Layout]) -> str | bool:
    """In every failing case, the quantity went through other windows; says which."""
    if not look.finite:
        return False
    said: list[str] = []
    for view, (got, _) in zip(look.wrong[:_MOST_CASES], look.finite, strict=False):
        proper = right(view)
        found = (
            layout
            for layout in _near(proper)
            if _is(through(view, layout, True), got[:1]) and _is(through(view, layout, False), got)
        )
        layout = next(found, None)
        if layout is None:
            return False
        if not view.case.hidden:
            said.append(_difference(layout, proper, view.case.grad_y.shape[2:]))
    return said[0] if said else True


_MOST_CASES = 3


def _near(right: Layout) -> Iterator[Layout]:
    """Layouts that a slip may make of the right one."""
    (top, left), (down, along), (height, width) = right.start, right.step, right.size
    for step in product(
        sorted({1, down, along, down + 1, height, width}),
        sorted({1, down, along, along + 1, height, width}),
    ):
        for by in product(range(-2, 3), repeat=2):
            start = (top + by[0], left + by[1])
            yield Layout(start, step, right.size)
            if step[0] > down or step[1] > along:
                yield Layout(start, step, right.size, inside=True)
        yield Layout(right.start, step, right.size, swapped=True)


def _is(candidate: Array | None, got: Array) -> bool:
    return candidate is not None and equal(got, candidate)
