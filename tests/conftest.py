"""Fixtures every room shares."""

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# a test is right or wrong however busy the machine is
settings.register_profile("busy", deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", settings.get_profile("busy"), derandomize=True)  # the same examples every time
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "busy"))

ON_POSTGRES = {  # of tests/streams
    "desk/test_actions",
    "erasure/test_erasure",
    "fleets/test_followed",
    "keeping/test_pruning",
    "ledger/test_books",
    "ledger/test_daily",
    "ledger/test_posting",
    "ledger/test_redetection",
    "ledger/test_wheel",
    "ledger/test_withdrawn",
    "records/test_evidence",
    "records/test_faults",
    "records/test_reports",
    "registry/test_edited",
    "river/test_embedded",
    "river/test_own",
    "river/test_recovery",
    "river/test_retention",
    "settling/test_settle",
    "settling/test_silence",
    "test_hours_across",
    "test_same_answer",
    "test_trailers",
}
SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real recordings and claims, read in place."""
    if not SHARED.is_dir():
        pytest.skip("the recordings are not here: put the shared data folder beside the repository (../shared/data)")
    return SHARED


@pytest.fixture(scope="session")
def rivers(request: pytest.FixtureRequest) -> ModuleType:
    """Tools for tests of the whole river: tests/rivers.py; on SQLite, or where it is asked for on PostgreSQL."""
    tools = module("rivers")
    on_postgres = getattr(request, "param", "sqlite") == "postgres"
    tools.opened = request.getfixturevalue("postgres").opened if on_postgres else tools.open_store
    return tools


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real Kafka: tests/stack/kafka.py."""
    server = module("stack/kafka").Kafka(tmp_path_factory.mktemp("kafka")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def tansu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A broker of Kafka's protocol out of a wheel: tests/tansu.py."""
    server = module("tansu").Tansu(tmp_path_factory.mktemp("tansu")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A real PostgreSQL: tests/stack/postgres.py."""
    with module("stack/postgres").Server() as server:
        yield server


@pytest.fixture(scope="session")
def storage() -> Iterator[Callable[..., Any]]:
    """A server that speaks S3 (moto); ``storage("bucket/prefix")`` makes an empty bucket, and says how to reach it."""
    import boto3
    from moto.server import ThreadedMotoServer

    from streams.settings import Archive

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    boto = boto3.resource("s3", endpoint_url=endpoint, **keys)

    def reach(path: str, made: bool = True) -> Archive:
        bucket = boto.Bucket(path.partition("/")[0])
        if made:
            bucket.create()
            bucket.objects.delete()
        return Archive(f"s3://{path}", endpoint, "us-east-1", "key", "secret")

    yield reach
    server.stop()


@pytest.fixture
def wire() -> Iterator[Callable[[int], Any]]:
    """Makes lines to a port that can be cut: tests/stack/proxy.py."""
    with ExitStack() as made:
        yield lambda port: made.enter_context(closing(module("stack/proxy").Proxy(port)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The stack lane runs these files on PostgreSQL too."""
    streams, file = Path(__file__).parent / "streams", Path(metafunc.module.__file__).with_suffix("")
    if "rivers" in metafunc.fixturenames and file in {streams / name for name in ON_POSTGRES}:
        both = ["sqlite", pytest.param("postgres", marks=pytest.mark.stack)]
        metafunc.parametrize("rivers", both, indirect=True, scope="session")


def module(name: str) -> ModuleType:
    """A file beside this one that holds no tests."""
    return importlib.import_module(f"{__package__}.{name.replace('/', '.')}")
