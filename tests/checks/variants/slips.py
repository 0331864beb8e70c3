"""A slip: what turns a right implementation into a wrong one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Slip:
    """Words replaced, wherever they stand, in the source of a right implementation."""

    id: str
    breaks: str
    mistake: str
    edits: tuple[tuple[str, str], ...]
    names: str = ""

    def applied_to(self, source: str) -> str:
        """The wrong source. Raises ValueError when there is nothing to replace."""
        for old, new in self.edits:
            if old not in source:
                raise ValueError(f"{self.id}: the base does not contain {old!r}")
            source = source.replace(old, new)
        return source


def slip(id: str, breaks: str, mistake: str, *edits: tuple[str, str], names: str = "") -> Slip:
    """One slip; each edit is (old words, new words).

    ``breaks`` is "forward", "backward", "both", or "forward at least": see `Variant.unsettled`.
    ``names`` is "id, id; id": see `Variant.names`.
    """
    return Slip(id, breaks, mistake, edits, names)
