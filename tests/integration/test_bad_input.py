"""Whatever is sent, the answer is a 4xx with `code`, `message` and `hint`."""

import json

import pytest

from tests.client import Client

JSON = {"Content-Type": "application/json"}

BODIES = {
    "nothing": b"",
    "no fields": b"{}",
    "empty text": b'{"text": ""}',
    "blank text": b'{"text": " \\n\\u200b "}',
    "text and parts": b'{"text": "a", "parts": []}',
    "no parts": b'{"parts": []}',
    "unknown part": b'{"parts": [{"kind": "hologram"}]}',
    "part without its fields": b'{"parts": [{"kind": "location"}]}',
    "unknown field": b'{"text": "a", "admin": true}',
    "wrong type": b'{"text": 5}',
    "null": b"null",
    "a list": b"[]",
    "not JSON": b"hola",
    "cut off": b'{"text": "a',
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "UTF-16": '{"text": "hola"}'.encode("utf-16"),
    "lone surrogate": b'{"text": "\\ud800"}',
    "NaN": b'{"parts": [{"kind": "location", "latitude": NaN, "longitude": 1}]}',
    "infinite number": b'{"parts": [{"kind": "location", "latitude": 1e400, "longitude": 1}]}',
    "5000 digits": b'{"text": ' + b"9" * 5000 + b"}",
    "deep": b'{"text": ' + b"[" * 100 + b"]" * 100 + b"}",
    "very deep": b'{"text": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "many keys": json.dumps({str(number): 1 for number in range(5000)}).encode(),
    "too long": json.dumps({"text": "a" * 9000}).encode(),
    "1 MB": json.dumps({"text": "a" * 1_000_000}).encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_bad_message_is_refused_with_words(client: Client, body: bytes) -> None:
    session = client.start()

    answer = client.http.post(f"/v1/sessions/{session}/messages", content=body, headers=JSON)

    assert 400 <= answer.status_code < 500
    assert all(answer.json()[key] for key in ("code", "message", "hint"))
    assert client.http.get(f"/v1/sessions/{session}/events.json").json() == []


@pytest.mark.parametrize("body", [b"null", b"[]", b"{", b'{"channel": "pigeon"}', b'{"x": 1}', b'{"locale": 1}'])
def test_a_bad_session_is_refused_with_words(client: Client, body: bytes) -> None:
    answer = client.http.post("/v1/sessions", content=body, headers=JSON)

    assert 400 <= answer.status_code < 500
    assert answer.json().keys() == {"code", "message", "hint"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_read(client: Client, content_type: str) -> None:
    session = client.start()

    answer = client.http.post(
        f"/v1/sessions/{session}/messages", content=b'{"text": "a"}', headers={"Content-Type": content_type}
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("session", ["ses_unknown", "x" * 65, "..", "%00", "a b", "%ff", "ses_'\";--"])
@pytest.mark.parametrize("tail", ["events", "events.json", "state", "messages"])
def test_an_unknown_session_is_not_found(client: Client, session: str, tail: str) -> None:
    address = f"/v1/sessions/{session}/{tail}"

    answer = client.http.post(address, json={"text": "hola"}) if tail == "messages" else client.http.get(address)

    assert answer.status_code == 404
    assert answer.json().keys() == {"code", "message", "hint"}


@pytest.mark.parametrize("cursor", ["abc", "-1", "1-2-3", "1.5", "9" * 40, "1-x", "%F0"])
@pytest.mark.parametrize("tail", ["events", "events.json"])
def test_a_malformed_cursor_is_refused(client: Client, cursor: str, tail: str) -> None:
    session = client.start()

    answer = client.http.get(f"/v1/sessions/{session}/{tail}", params={"after": cursor})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("tail", ["events", "events.json"])
def test_another_sessions_cursor_never_gives_data(client: Client, tail: str) -> None:
    foreign = client.ask(client.start(), "hola")[0]["id"]
    session = client.start()
    client.ask(session, "hola")

    by_query = client.http.get(f"/v1/sessions/{session}/{tail}", params={"after": foreign})

    assert (by_query.status_code, by_query.json()["code"]) == (403, "foreign_cursor")


def test_another_sessions_last_event_id_never_gives_data(client: Client) -> None:
    foreign = client.ask(client.start(), "hola")[0]["id"]

    answer = client.http.get(f"/v1/sessions/{client.start()}/events", headers={"Last-Event-ID": foreign})

    assert answer.status_code == 403


def test_a_cursor_from_the_future_resets_the_stream(client: Client) -> None:
    session = client.start()
    client.ask(session, "hola")

    first = next(client.stream(session, "999999"))

    assert first["event"] == "reset"


@pytest.mark.parametrize("key", ["", "x" * 201, "ñ", "a\tb"])
def test_a_bad_idempotency_key_is_refused(client: Client, key: str) -> None:
    session = client.start()

    answer = client.http.post(
        f"/v1/sessions/{session}/messages", json={"text": "a"}, headers={b"Idempotency-Key": key.encode("latin-1")}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/v1/sessions", 405), ("GET", "/v1/sessions/x/events.json?limit=abc", 422)],
)
def test_other_mistakes_have_the_same_shape(client: Client, method: str, address: str, status: int) -> None:
    answer = client.http.request(method, address)

    assert answer.status_code == status
    assert answer.json().keys() == {"code", "message", "hint"}
