import shutil

import pytest
from nbgrader.api import Gradebook

from tests.grading.gradebook.filled import fill
from tests.grading.postgresql import new_database


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "gradebook.db"
    fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def filled_server(postgresql):
    fill(new_database(postgresql, "filled"))
    return postgresql


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request, tmp_path):
    """Of a gradebook that is filled so."""
    if request.param == "SQLite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('filled'), tmp_path)}"
    return new_database(request.getfixturevalue("filled_server"), "ledger", template="filled")


@pytest.fixture
def gradebook(url):
    with Gradebook(url) as gradebook:
        yield gradebook
