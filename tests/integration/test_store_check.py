from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis.asyncio.cluster import RedisCluster
from structlog.testing import capture_logs

from state.errors import SettingsError, StoreUnavailableError
from state.stores.check import admit, survey
from state.stores.connection import connect, connect_server
from state.stores.embedded.store import EmbeddedStore
from tests.contracts.servers import answering, cluster, running, sentinel, valkey_binary
from tests.forked import laneway

KEEPING = ("--appendonly", "yes", "--save", "")
ALLOWED = "~lw:* ~laneway:checkpoints:* &lw:* +@all -@admin -@dangerous +info"

Serve = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server with options and give its address."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(running(valkey_binary(), tmp_path, *options))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(valkey_binary(), tmp_path_factory.mktemp("a"), *KEEPING) as url:
        yield url


@pytest.fixture
async def login(shared: str) -> AsyncIterator[Callable[..., object]]:
    """Make a user with the rights given and return the address to log in with."""
    async with connect_server(shared, retry=False) as admin:

        async def made(*rights: str) -> str:
            await admin.execute_command("ACL", "SETUSER", "laneway", "reset", "on", ">pw", *rights)  # type: ignore[no-untyped-call] # redis-py
            return f"{shared}?username=laneway&password=pw"

        yield made


async def severities(url: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"ok": [], "warning": [], "error": []}
    async with connect(url, retry=True) as client:
        for finding in (await survey(client)).findings:
            found[finding.severity].append(f"{finding.message} {finding.fix}")
    return found


async def test_the_embedded_store_is_well(tmp_path: Path) -> None:
    async with EmbeddedStore.open(tmp_path) as store, connect(store.url, retry=True) as client:
        report = await survey(client)

    assert report.server.startswith("Valkey 9.")
    assert [finding.severity for finding in report.findings] == ["ok", "ok"]


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_store_that_evicts_is_refused_with_the_line_to_write(serve: Serve, policy: str) -> None:
    async with connect(serve(*KEEPING, "--maxmemory-policy", policy), retry=True) as client:
        with pytest.raises(SettingsError, match=f"maxmemory-policy {policy}") as refused:
            await admit(client)

    assert "`maxmemory-policy noeviction` in redis.conf" in refused.value.hint


async def test_a_store_without_a_file_is_warned_about_in_words_of_consequence(serve: Serve) -> None:
    async with connect(serve(), retry=True) as client:
        with capture_logs() as lines:
            await admit(client)

    assert [(line["event"], line["log_level"]) for line in lines] == [("store.check", "warning")]
    assert "every message accepted since its last snapshot is lost" in lines[0]["found"]
    assert "`appendonly yes`" in lines[0]["fix"]


async def test_a_store_that_leaves_writing_to_its_system_is_warned_about(serve: Serve) -> None:
    found = await severities(serve(*KEEPING, "--appendfsync", "no"))

    assert found["error"] == []
    assert len(found["warning"]) == 1
    assert "half minute" in found["warning"][0]
    assert "`appendfsync everysec`" in found["warning"][0]


async def test_a_replica_is_refused(serve: Serve) -> None:
    found = await severities(serve(*KEEPING, "--replicaof", "127.0.0.1 1"))

    assert len(found["error"]) == 1
    assert "replica" in found["error"][0]
    assert "redis+sentinel://" in found["error"][0]


async def test_a_store_that_loads_its_data_is_waited_for_but_not_for_ever(tmp_path: Path) -> None:
    with running(valkey_binary(), tmp_path, "--save", "", "--rdbcompression", "no") as url:
        async with connect_server(url, retry=False) as client:
            await client.mset({f"k{n}": "x" * 2000 for n in range(400)})
            await client.save()
    (tmp_path / "s").unlink()
    slowly = ("--key-load-delay", "50000", "--loading-process-events-interval-bytes", "1024")
    with answering(valkey_binary(), tmp_path, *slowly):
        async with connect_server(url, retry=True) as client:
            with pytest.raises(StoreUnavailableError, match="loading"):
                await admit(client, patience=0.0)
            await client.config_set("key-load-delay", 0)

            await admit(client)

            assert await client.dbsize() == 400


async def test_a_user_with_just_the_rights_the_hint_names_is_let_in(login: Callable[..., object]) -> None:
    found = await severities(await login(*ALLOWED.split()))  # type: ignore[misc] # a coroutine

    assert found["error"] == []
    assert found["warning"] == []


@pytest.mark.parametrize(
    ("rights", "missing"),
    [
        ("-evalsha", "EVALSHA (scripts)"),
        ("-@stream", "XADD (streams), XRANGE (streams)"),
        ("-@pubsub", "PUBLISH (pub/sub), SUBSCRIBE (pub/sub)"),
        ("resetchannels", "channels lw:*"),
        ("resetkeys ~lw:*", "keys laneway:checkpoints:*"),
        ("resetkeys ~laneway:checkpoints:*", "keys lw:*"),
    ],
)
async def test_a_right_that_is_missing_is_named(login: Callable[..., object], rights: str, missing: str) -> None:
    found = await severities(await login(*ALLOWED.split(), *rights.split()))  # type: ignore[misc] # as above

    assert len(found["error"]) == 1
    assert found["error"][0].startswith(f"The store's user may not use {missing}. Allow it: ACL SETUSER")


async def test_a_wrong_password_is_a_wrong_setting_and_is_not_shown(login: Callable[..., object]) -> None:
    url = str(await login(*ALLOWED.split()))  # type: ignore[misc] # as above

    with pytest.raises(SettingsError, match="user and password") as refused:
        await severities(f"{url}-secret")

    assert "secret" not in refused.value.message + refused.value.hint


async def test_a_user_who_may_not_ask_is_warned_that_nothing_was_checked(login: Callable[..., object]) -> None:
    found = await severities(await login(*ALLOWED.split(), "-info"))  # type: ignore[misc] # as above

    assert found["error"] == []
    assert len(found["warning"]) == 1
    assert "+info" in found["warning"][0]


async def test_every_master_of_a_cluster_is_looked_at(tmp_path: Path) -> None:
    with cluster(valkey_binary(), tmp_path) as port:
        async with connect(f"redis+cluster://127.0.0.1:{port}", retry=True) as client:
            assert isinstance(client, RedisCluster)
            report = await survey(client)
            last = client.get_primaries()[-1]
            await client.config_set("maxmemory-policy", "allkeys-lfu", target_nodes=last)
            refused = await survey(client)
        alone = await severities(f"redis://127.0.0.1:{port}")

    assert report.server.endswith(", 3 masters")
    assert [finding.severity for finding in report.findings] == ["ok", "warning"]
    assert [finding.severity for finding in refused.findings].count("error") == 1
    assert "redis+cluster://" in alone["error"][0]


async def test_a_master_behind_a_sentinel_is_looked_at(tmp_path: Path) -> None:
    with sentinel(valkey_binary(), tmp_path) as port:
        found = await severities(f"redis+sentinel://127.0.0.1:{port}/main")

    assert found["error"] == []


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["doctor"]])
def test_a_store_that_evicts_is_told_by_serve_and_doctor(serve: Serve, tmp_path: Path, command: list[str]) -> None:
    url = serve("--maxmemory-policy", "allkeys-random")

    ended = laneway(tmp_path / "data", *command, LANEWAY_REDIS_URL=url)

    assert ended.returncode == 1
    assert "`maxmemory-policy noeviction`" in ended.stdout + ended.stderr
