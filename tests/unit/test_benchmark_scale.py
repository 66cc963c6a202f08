"""What the scale benchmark reads off streams, metrics and the store, and how its tables look."""

import asyncio

import pytest

from benchmarks.scale.customers import Http, Stream, Took, gauges
from benchmarks.scale.load import Point
from benchmarks.scale.memory import Memory, kind_of
from benchmarks.scale.overload import Sample
from benchmarks.scale.simulation import Crowd
from benchmarks.scale.table import overloaded, redis, turns
from benchmarks.scale.usage import Command, Usage, a_turn
from state.ids import SessionId, TurnId
from state.stores.checkpointer.keyspace import Keyspace
from state.stores.checkpointer.saver import PREFIX
from state.stores.keys import of_partition, of_session, seen

START = b"id: 1-7\nevent: turn.start\ndata: {}\n\n"
END = b'id: 2-7\nevent: turn.end\ndata: {"status":"completed"}\n\n'


def a_point() -> Point:
    used = Usage(wall=2.0, laneway=0.02, store=0.004, generator=0.001, machine=2.025)
    return Point("serve, worker inside", 2, [Took(1, 2, 9), Took(3, 4, 11)], used, {"evalsha": Command(5, 200)})


@pytest.mark.parametrize("piece", [1, 7, 1000])
async def test_a_turns_end_is_found_however_the_stream_is_cut(piece: int) -> None:
    stream = Stream("ses_1")
    ending = stream.expect()

    for at in range(0, len(START + END), piece):
        assert not ending.done()
        stream.data_received((START + END)[at : at + piece])

    first, ended = await ending
    assert 0 < first <= ended


async def test_a_turn_that_did_not_complete_is_an_error() -> None:
    stream = Stream("ses_1")
    ending = stream.expect()

    stream.data_received(END.replace(b"completed", b"failed"))

    with pytest.raises(RuntimeError, match="failed"):
        await ending


async def test_an_answer_is_taken_when_its_body_is_whole() -> None:
    http = Http()
    answer = http._answer

    http.data_received(b"HTTP/1.1 202 Accepted\r\nContent-Length: 4\r\n\r\nab")
    assert not answer.done()
    http.data_received(b"cd")

    assert await answer == (202, b"abcd")
    await asyncio.sleep(0)


def test_gauges_are_the_lines_without_labels() -> None:
    page = '# HELP a A.\n# TYPE a gauge\na 3.0\nlaneway_turns_total{status="failed"} 1.0\nb 0.5\n'

    assert dict(gauges(page)) == {"a": 3.0, "b": 0.5}


def test_a_session_key_is_known_by_its_kind() -> None:
    session = SessionId("ses_1")
    keys = [of_session(session, "meta"), seen(session, "m1"), *Keyspace(PREFIX).thread(session)]

    assert [kind_of(key) for key in keys] == ["meta", "seen", "checkpoints", "checkpoints"]
    assert kind_of(of_partition(3, "ready")) == ""


def test_commands_of_a_turn_are_what_was_added_the_most_expensive_first() -> None:
    before = {"get": Command(10, 100), "info": Command(1, 50)}
    after = {"get": Command(14, 120), "info": Command(1, 50), "xadd": Command(8, 60)}

    assert list(a_turn(after, before, 4).items()) == [("xadd", Command(2, 15)), ("get", Command(1, 5))]


def test_a_row_of_turns_shows_times_and_who_used_the_processors() -> None:
    row = turns([a_point()]).splitlines()[-1]

    assert row == "| serve, worker inside | 2 | 1.0 | 10.0 | 2.0 | 0.5 | 2.0 / 3.0 | 3.0 / 4.0 | 10 / 11 | 50% |"


def test_what_a_store_takes_follows_from_its_processor_time() -> None:
    rows = redis(a_point(), Memory(50_000, {"events": 30_000, "meta": 10_000})).splitlines()

    assert "| turns/s that keep one process busy: 1000 / CPU ms | 500 |" in rows
    assert "| of these: events | 75% |" in rows
    assert "| idle sessions in 10 GB | 200,000 |" in rows


def test_an_overload_row_counts_from_the_row_before() -> None:
    rows = overloaded([Sample(2.0, [5.0] * 10, 3, 70, 1.25), Sample(4.0, [], 0, 0, 0)]).splitlines()

    assert rows[2:] == ["| 2 | 5 | 5.0 | 3 | 70 | 1.2 |", "| 4 | 0 | - | 0 | 0 | 0.0 |"]


def test_a_turn_without_an_end_is_lost_and_one_with_two_is_counted() -> None:
    crowd = Crowd(accepted=[TurnId("a"), TurnId("b"), TurnId("c")])
    crowd.ended.update(["a", "b", "b"])

    assert (crowd.lost, crowd.twice) == (1, 1)
