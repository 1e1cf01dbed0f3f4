"""A PostgreSQL server of one's own: a free port, a temporary folder, fsync on; it can be killed and started again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy import create_engine

from streams.store.layout import open_partition, prepare
from streams.store.postgres import PartitionStore

USER = "postgres"  # whose server it is when the tests are root's
SHM, ROOM = Path("/dev/shm"), 2e9  # noqa: S108  every commit waits for its disk
KEPT = 12  # databases of a test at most
FILLED = "laid_out"  # database that others begin as


def binaries() -> Path:
    """Where Debian, or another system, keeps the server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise FileNotFoundError("no PostgreSQL here: scripts/stack.sh installs it")
    return found[-1].parent if found else Path(str(on_path)).parent


class Server:
    """Starts as a context; ``url`` leads to one of its databases."""

    def __init__(self) -> None:
        roomy = SHM.is_dir() and shutil.disk_usage(SHM).free > ROOM
        self.folder = Path(tempfile.mkdtemp(prefix="tripmeter-postgres-", dir=SHM if roomy else None))
        self.data = self.folder / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._count = 0
        self._named: dict[Path, str] = {}

    def __enter__(self) -> "Server":
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER)
        self._run("initdb", "-D", self.data, "-U", "tripmeter", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        self.create(FILLED)
        prepare(self.url(FILLED), 0)
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(subprocess.CalledProcessError):
            self._control("stop", "-m", "immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Where a database is."""
        return f"postgresql://tripmeter@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._control("start", "-l", self.folder / "log", "-o", options)

    def kill(self) -> None:
        """kill -9, as if the machine had lost its power; only the files stay."""
        os.kill(int((self.data / "postmaster.pid").read_text("utf-8").split()[0]), signal.SIGKILL)

    def create(self, database: str, template: str = "template0") -> str:
        """A new database; its URL."""
        self.ask(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Take a database away, whoever is in it."""
        self.ask(f'DROP DATABASE "{database}" WITH (FORCE)')

    def fresh(self) -> str:
        """URL of a new database with empty tables."""
        self._count += 1
        return self.create(f"fresh{self._count}", FILLED)

    def opened(self, folder: Path) -> PartitionStore:
        """A partition taken over, the same one for the same folder: what ``open_store`` is to SQLite."""
        if folder not in self._named:
            self._named[folder] = self.fresh()
            for old in list(self._named)[:-KEPT]:
                self.drop(self._named.pop(old).partition("?")[0].rpartition("/")[2])
        store = open_partition(self._named[folder], 0)
        store.take_over()
        return store

    def ask(self, statement: str) -> None:
        """Run a statement as the administrator."""
        said = f"postgresql+pg8000://tripmeter@127.0.0.1:{self.port}/postgres"
        engine = create_engine(said, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def _control(self, *words: object) -> None:
        self._run("pg_ctl", "-D", self.data, "-w", *words)

    def _run(self, program: str, *words: object) -> None:
        command = [str(binaries() / program), *map(str, words)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        with (self.folder / "said").open("ab") as said:  # a pipe would be the server's too, and never end
            subprocess.run(command, check=True, stdout=said, stderr=said, cwd=self.folder, timeout=60)
