"""The ``convkit`` command."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from convkit.checks.saying.encodable import encodable
from convkit.checks.saying.refused import refused

FIRST_PAGE = "lectures/00-start-here.ipynb"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``convkit`` with ``arguments`` (those of the process) and return its exit status."""
    # For a format that no notebook has, jsonschema would build a grammar, for seconds.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if options.run is _open:
        options.jupyter = unknown
    elif unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on, as in `convkit report 02-convolution | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(encodable(f"convkit: {refused(error)}", sys.stderr), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("convkit: stopped.", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="convkit",
        description="The course, in a terminal. Run it in the course's folder.",
        epilog="`convkit COMMAND --help` says more about a command.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str,
        run: Callable[[argparse.Namespace], int],
        does: str,
        more: str = ".",
        *,
        whom: str = "",
    ) -> argparse.ArgumentParser:
        parser = commands.add_parser(
            name, help=f"{whom}{does}", description=f"{does[0].upper()}{does[1:]}{more}"
        )
        parser.set_defaults(run=run)
        return parser

    add(
        "open",
        _open,
        "open the course in JupyterLab",
        ", with the course's settings. What it does not know is handed to JupyterLab, such as "
        "--no-browser. `python -m convkit` alone does the same.",
    )
    add("progress", _progress, "how far you are: each name untouched, started, failing, or yours")
    if importlib.util.find_spec("convkit.course"):  # which students' convkit has not
        from convkit.course.command_line import add_commands

        add_commands(add)
    return parser


def _open(options: argparse.Namespace) -> int:
    """JupyterLab on this folder: widgets are saved with their notebook, nobody is shown news, lines
    are short enough to read, and what only instructors need is out of the way."""
    environment = dict(os.environ)
    for search_path in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH"):  # for settings, for extensions
        places = [str(Path(__file__).parent / "jupyter"), os.environ.get(search_path)]
        environment[search_path] = os.pathsep.join(filter(None, places))
    page = f"/lab/tree/{FIRST_PAGE}" if Path(FIRST_PAGE).is_file() else "/lab"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={Path.cwd()}"]
    command += [f"--LabApp.default_url={page}", *options.jupyter]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    try:
        return subprocess.call(command, env=environment)
    except KeyboardInterrupt:  # how one stops it
        return 0


def _progress(options: argparse.Namespace) -> int:
    from convkit.learning.journal import progress

    print(encodable(str(progress())))
    return 0
