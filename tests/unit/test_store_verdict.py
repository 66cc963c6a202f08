import pytest

from state.stores.verdict import Facts, judge, server_of

WELL: dict[str, object] = {
    "redis_version": "7.2.4",
    "role": "master",
    "maxmemory_policy": "noeviction",
    "aof_enabled": 1,
    "appendfsync": "always",
}


def errors(facts: Facts) -> list[str]:
    return [finding.message for finding in judge(facts, cluster=False) if finding.severity == "error"]


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"redis_version": "7.0.0"}, "Redis 7.0.0"),
        ({"redis_version": "8.2.1"}, "Redis 8.2.1"),
        ({"redis_version": "10.0.0"}, "Redis 10.0.0"),
        ({"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "8.0.1"}, "Valkey 8.0.1"),
    ],
)
def test_versions_from_redis_7_and_valkey_8_on_are_taken(facts: Facts, name: str) -> None:
    assert server_of(facts) == name
    assert errors({**WELL, **facts}) == []


@pytest.mark.parametrize(
    "facts",
    [{"redis_version": "6.2.14"}, {"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "7.2.9"}],
)
def test_older_versions_are_refused(facts: Facts) -> None:
    assert "too old" in errors({**WELL, **facts})[0]


def test_a_service_that_hides_its_settings_is_no_reason_to_refuse() -> None:
    found = list(judge({"redis_version": "7.1.0", "role": "master"}, cluster=False))

    assert [finding.severity for finding in found] == ["warning"]
    assert "noeviction" in found[0].fix


def test_a_file_that_can_not_be_written_is_warned_about() -> None:
    found = list(judge({**WELL, "aof_last_write_status": "err"}, cluster=False))

    assert [finding.severity for finding in found] == ["ok", "warning", "ok"]
