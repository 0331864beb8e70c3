"""A PostgreSQL server of Debian's package, for the tests alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

USER = "grader"


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The URL of one that has no gradebook yet, without the name of a database."""
    (programs,) = Path("/usr/lib/postgresql").glob("*/bin")
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    as_user = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:  # as whom it refuses to run
        shutil.chown(folder, "postgres")
        as_user += ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
    data = folder / "data"
    make = [programs / "initdb", "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync"]
    subprocess.run([*as_user, *make], check=True, capture_output=True)
    settings = ["-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    process = subprocess.Popen(
        [*as_user, programs / "postgres", "-D", data, *settings],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql+psycopg://{USER}@/{{}}?host={folder}"
    try:
        _wait_for(url.format("postgres"))
        yield url
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def new_database(url: str, name: str, template: str = "template1") -> str:
    """The URL of a database that is made anew, with what is in the template."""
    do(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    do(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return url.format(name)


def do(url: str, statement: str) -> None:
    engine = create_engine(url.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _wait_for(url: str) -> None:
    engine = create_engine(url)
    until = time.monotonic() + 30
    while True:
        try:
            engine.connect().close()
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            break
    engine.dispose()
