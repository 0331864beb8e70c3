"""nbgrader starts alembic and jupyter by their names."""

import os
import sys
from pathlib import Path

import pytest

from tests.grading.postgresql import server


@pytest.fixture(autouse=True, scope="session")
def _activated_environment():
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    yield
    os.environ["PATH"] = before


@pytest.fixture(scope="session")
def postgresql():
    with server() as url:
        yield url
