"""Open the records: find the driver, set SQLite up for several processes, bring the tables up to date."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from state.errors import RecordsUnavailableError, SettingsError

_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_MIGRATION_LOCK: Final = 0x6C616E65  # "lane": PostgreSQL's advisory locks go by number
_BUSY_S: Final = 10.0
_FILE: Final = "records.db"


def copy_embedded(folder: Path, target: Path) -> None:
    """Copy the records of one data folder into another, as they are at this moment, also while they are written.

    Raises:
        RecordsUnavailableError: they can't be read, or the copy can't be written.
    """
    source = folder / _FILE
    if not source.exists():
        return
    try:
        with closing(sqlite3.connect(source)) as records, closing(sqlite3.connect(target / _FILE)) as copy:
            records.backup(copy)
    except sqlite3.Error as error:
        raise RecordsUnavailableError(f"they can't be copied: {error}") from error


def embedded_url(folder: Path) -> str:
    """Return the address of the records in a data folder."""
    return f"sqlite:///{folder / _FILE}"


@asynccontextmanager
async def open_records(url: str) -> AsyncIterator[AsyncEngine]:
    """Open a database whose tables are those of this version; older ones are brought up to date.

    Args:
        url: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/DATABASE`.

    Raises:
        SettingsError: `url` can't be understood.
        RecordsUnavailableError: the database doesn't answer or refuses.
    """
    address = _address(url)
    engine = create_async_engine(address, pool_pre_ping=True, **_options(address))
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    try:
        with records_errors():
            async with engine.begin() as connection:
                await connection.run_sync(_migrate)
        yield engine
    finally:
        await engine.dispose()


@contextmanager
def records_errors() -> Iterator[None]:
    """Turn what SQLAlchemy and its drivers raise into `RecordsUnavailableError`, without values of rows."""
    try:
        yield
    except DBAPIError as error:
        raise RecordsUnavailableError(f"{type(error.orig).__name__}: {error.orig}") from error
    except (SQLAlchemyError, OSError) as error:
        raise RecordsUnavailableError(f"{type(error).__name__}: {error}") from error


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        driver = _DRIVERS[address.drivername]
    except (ArgumentError, KeyError, ValueError):
        raise SettingsError(
            "The address of the records can't be understood.",
            hint="Set LANEWAY_DATABASE_URL to postgresql://user:password@host:5432/name or sqlite:////path/to/file.db; "
            "in a password, write signs such as @ : / # as %40 %3A %2F %23. Leave it out to use the data folder.",
        ) from None  # what is wrong with it may quote a part of the password
    return address.set(drivername=driver)


def _options(address: URL) -> dict[str, Any]:
    if address.drivername.startswith("sqlite"):
        return {"connect_args": {"timeout": _BUSY_S}}
    return {"connect_args": {"timeout": 5.0, "command_timeout": 30.0}, "pool_size": 4, "max_overflow": 4}


def _prepare_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own connection
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _migrate(connection: Connection) -> None:
    """Run the migrations this database lacks; processes that start together wait for each other."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsUnavailableError(f"they were written by a newer Laneway ({error})") from error
