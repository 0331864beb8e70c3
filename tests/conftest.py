"""What tests of more than one folder share."""

import pytest

from tests.browser.lab import running_chromium


@pytest.fixture(scope="session")
def chromium():
    """A browser for the whole session."""
    with running_chromium() as chromium:
        yield chromium
