"""A PostgreSQL store in a dump, and back, by PostgreSQL's own programs, which must be as new as the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from actions.facts.database import connect

Found = TypeVar("Found")
INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian puts the programs of each version."""
EMPTYING = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT c.relname, c.relkind FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S', 'm')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') LOOP
    EXECUTE format('DROP %s IF EXISTS public.%I CASCADE', CASE found.relkind WHEN 'S' THEN 'SEQUENCE'
      WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, found.relname);
  END LOOP;
END $$
"""
"""Takes away every table and sequence, but for those of extensions."""


class ProgramError(RuntimeError):
    """A program of PostgreSQL is missing, or said no. Never holds a password."""


def copy(url: str, path: Path, look: Callable[[Connection], Found]) -> Found:
    """Dumps a store into a file, and gives what `look` finds in it at the same moment. Raises ProgramError."""
    engine = connect(url)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            moment = str(connection.scalar(text("SELECT pg_export_snapshot()")))
            options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment}", f"--file={path}"]
            _run("pg_dump", [*options, *_where(url)], _secrets(url))
            return look(connection)
    finally:
        engine.dispose()


def put_back(url: str, path: Path) -> None:
    """Makes a store what the dump is, in one transaction. Raises ProgramError."""
    script = path.with_name(f".{path.name}.sql")
    try:
        script.touch(mode=0o600)
        _run("pg_restore", ["--no-owner", "--no-privileges", f"--file={script}", str(path)], {})
        once = ["--single-transaction", "--quiet", "--no-psqlrc", "--output=/dev/null", "-v", "ON_ERROR_STOP=1"]
        _run("psql", [*once, "-c", EMPTYING, "-f", str(script), *_where(url)], _secrets(url))
    finally:
        script.unlink(missing_ok=True)


def _where(url: str) -> list[str]:
    """The store's address without its password, which others could read in the list of processes."""
    bare = make_url(url).set(drivername="postgresql", password=None)
    return [f"--dbname={bare.render_as_string(hide_password=False)}"]


def _secrets(url: str) -> dict[str, str]:
    password = make_url(url).password
    return {} if password is None else {"PGPASSWORD": str(password)}


def _run(program: str, options: list[str], secrets: Mapping[str, str]) -> None:
    command = [_path(program), *options]
    done = subprocess.run(command, env={**os.environ, **secrets}, capture_output=True, text=True, check=False)
    if done.returncode:
        # Its first error alone, and none of the values that stand behind a DETAIL or a CONTEXT.
        said = re.search(r"(?:error|ERROR|FATAL): *(.*)", done.stderr)
        raise ProgramError(f"{program}: {said[1][:200] if said else f'exit code {done.returncode}'}")


def _path(program: str) -> str:
    """The newest one that is installed: an older one refuses a newer server."""
    versions = [path for path in INSTALLED.glob(f"*/bin/{program}") if path.parts[-3].isdigit()]
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    found = str(newest) if newest else shutil.which(program)
    if found is None:
        raise ProgramError(f"{program} is not installed: it comes with PostgreSQL's client programs")
    return found
