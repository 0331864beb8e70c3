"""The folder that a student hands in."""

import pytest


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "ann" / "mini"
    path.mkdir(parents=True)
    return path
