"""``python -m convkit`` opens the course; with arguments it is the ``convkit`` command."""

import sys

from convkit.cli import main

sys.exit(main(sys.argv[1:] or ["open"]))
