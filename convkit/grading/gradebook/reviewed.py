"""Answers reviewed by hand: to be looked at again only where they changed."""

from __future__ import annotations

import hashlib

from nbgrader.api import Gradebook
from sqlalchemy import Column, MetaData, String, Table, delete, select

ANSWERS = Table(
    "convkit_answer",
    MetaData(),
    Column("grade", String(32), primary_key=True),
    Column("answer", String(64), nullable=False),
)


def is_new(gradebook: Gradebook, grade: str, answer: str) -> bool:
    """Whether nbgrader's ``grade`` was for another answer when this was asked last.

    From now on it is for this one.
    """
    ANSWERS.create(gradebook.db.connection(), checkfirst=True)
    here = ANSWERS.c.grade == grade
    before = gradebook.db.execute(select(ANSWERS.c.answer).where(here)).scalar()
    now = hashlib.sha256(answer.encode(errors="surrogatepass")).hexdigest()
    if now != before:
        gradebook.db.execute(delete(ANSWERS).where(here))
        gradebook.db.execute(ANSWERS.insert().values(grade=grade, answer=now))
    return now != before
