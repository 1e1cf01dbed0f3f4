"""A PostgreSQL server of one's own: a free port, a temporary folder, fsync on; it can be killed and started again."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from streams.store.layout import open_partition, prepare
from streams.store.postgres import PartitionStore

from .ports import free_port

USER = "postgres"  # whose server it is when the tests are root's: it does not run as root
AS: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}
READY = "database system is ready to accept connections"
SHM, ROOM = Path("/dev/shm"), 2e9  # noqa: S108  every commit waits for its disk
KEPT = 24  # databases at most: those that a module opened first, its last tests read
FILLED = "laid_out"  # database that others begin as


def programs() -> Path:
    """Where Debian, or another system, keeps the server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise FileNotFoundError("no PostgreSQL here: scripts/stack.sh installs it")
    return found[-1].parent if found else Path(str(on_path)).parent


class Server:
    """Starts as a context, in a folder of its own or in ``disk``; ``url`` leads to one of its databases."""

    def __init__(self, disk: Path | None = None) -> None:
        roomy = SHM.is_dir() and shutil.disk_usage(SHM).free > ROOM
        where = disk or (SHM if roomy else None)
        self.folder = Path(tempfile.mkdtemp(prefix="tripmeter-postgres-", dir=where))
        self.data = self.folder / "data"
        self.port = free_port()
        self.programs = programs()
        self._server: subprocess.Popen[str] | None = None
        self._hearing: threading.Thread | None = None
        self._count = 0
        self._named: dict[Path, str] = {}

    def __enter__(self) -> "Server":
        if AS:
            shutil.chown(self.folder, USER)
        words = ("-D", self.data, "-U", "tripmeter", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with (self.folder / "initdb.log").open("wb") as said:
            subprocess.run([self.programs / "initdb", *words], check=True, stdout=said, stderr=said, timeout=60, **AS)
        self._certify()
        self.start()
        self.create(FILLED)
        prepare(self.url(FILLED), 0)
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def certificate(self) -> Path:
        """Its own, for ``localhost``, signed by nobody else."""
        return self.data / "server.crt"

    def _certify(self) -> None:
        made = ("-keyout", self.data / "server.key", "-out", self.certificate)
        words = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-batch")
        names = ("-addext", "subjectAltName=DNS:localhost")
        subprocess.run(["openssl", "req", *words, *names, *made], check=True, capture_output=True, timeout=60, **AS)
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write("ssl = on\nmax_connections = 200\nmax_wal_size = 256MB\n")

    def start(self) -> None:
        """Start if it does not run, and wait until it takes connections."""
        if self._server is not None and self._server.poll() is None:
            return
        command = [self.programs / "postgres", "-D", self.data, "-p", self.port, "-k", self.folder, "-h", "127.0.0.1"]
        server = self._server = subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE, text=True, **AS)
        said = iter(server.stderr or ())
        if not any(READY in line for line in said):
            raise RuntimeError(f"PostgreSQL in {self.folder} did not start")
        self._hearing = threading.Thread(target=lambda: deque(said, maxlen=0), daemon=True)
        self._hearing.start()

    @property
    def pid(self) -> int:
        """Of its first process."""
        assert self._server is not None
        return self._server.pid

    def kill(self) -> None:
        """kill -9, as if the machine had lost its power; only the files stay."""
        if self._server is not None and self._hearing is not None:
            self._server.kill()
            self._server.wait()
            self._hearing.join()  # until the last of its processes has seen that it is gone

    def url(self, database: str) -> str:
        """Where a database is."""
        return f"postgresql://tripmeter@127.0.0.1:{self.port}/{database}?sslmode=disable"

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

    def dumped(self, database: str, restored: str) -> str:
        """A new database made of a dump of another; its URL."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "tripmeter")
        dump = self.folder / f"{database}.dump"
        subprocess.run([self.programs / "pg_dump", *where, "-Fc", "-f", dump, database], check=True, timeout=60)
        url = self.create(restored)
        subprocess.run([self.programs / "pg_restore", *where, "-d", restored, dump], check=True, timeout=60)
        return url

    def ask(self, statement: str) -> None:
        """Run a statement as the administrator."""
        said = f"postgresql+pg8000://tripmeter@127.0.0.1:{self.port}/postgres"
        engine = create_engine(said, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()
