"""How long a class took from check to check, of those who handed that in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from convkit.grading.intake.folder import Folder
from convkit.grading.intake.shared_records import shared_record
from convkit.learning.time_spent import FILE, MOST, seconds

_BARS = 20
_WIDTHS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3000, 6000)


@dataclass(frozen=True)
class Bar:
    """So many students took so long, in minutes; ``end`` is None where there is no upper end."""

    start: int
    end: int | None
    students: int

    def __str__(self) -> str:
        if self.end is None:
            return f"{told(self.start)} or more"
        return f"{told(self.start)} to {told(self.end)}"


def times_shared(folders: Iterable[Folder], names: Collection[str]) -> list[float]:
    """The minutes that each who handed in a time took for ``names``, the least first."""
    records = (shared_record(folder, FILE) or {} for folder in folders)
    took = (sum(seconds(record.get(name)) for name in names) for record in records)
    return sorted(min(each, MOST) / 60 for each in took if each)


def bars(minutes: Sequence[float]) -> list[Bar]:
    """Their distribution. A few who took very much longer than the others share the last bar."""
    if not minutes:
        return []
    reach = min(max(minutes), 4 * median(minutes))
    width = next(width for width in _WIDTHS if reach < width * _BARS)
    last = int(reach // width)
    counts = Counter(min(int(each // width), last) for each in minutes)
    open_end = max(minutes) >= (last + 1) * width
    return [
        Bar(n * width, None if open_end and n == last else (n + 1) * width, counts[n])
        for n in range(last + 1)
    ]


def told(minutes: float) -> str:
    """Minutes as one says them: 45 min, 2 h, 1 h 30 min."""
    hours, rest = divmod(round(minutes), 60)
    return " ".join(f"{n} {unit}" for n, unit in ((hours, "h"), (rest, "min")) if n) or "0 min"
