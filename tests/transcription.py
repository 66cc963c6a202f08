"""A server on loopback that speaks `/audio/transcriptions` and misbehaves on demand."""

import email.policy
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    """One call: its path and headers, its fields, and the file's name and bytes."""

    path: str
    key: str
    fields: dict[str, str]
    name: str
    audio: bytes


@dataclass
class Scribe:
    """What the server answers, and what it was asked.

    `answer` is the body of an answer with `status`; `cut` ends the connection within it, `hang_s` waits before it.
    """

    url: str = ""
    status: int = 200
    answer: bytes = json.dumps({"text": "hola"}).encode()
    location: str = ""
    cut: bool = False
    hang_s: float = 0.0
    heard: list[Heard] = field(default_factory=list)

    def says(self, text: str) -> None:
        self.answer = json.dumps({"text": text}).encode()


@contextmanager
def scribe() -> Iterator[Scribe]:
    one = Scribe()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            one.heard.append(_heard(self, body))
            time.sleep(one.hang_s)
            self.send_response(one.status)
            self.send_header("content-type", "application/json")
            if one.location:
                self.send_header("location", one.location)
            self.send_header("content-length", str(len(one.answer) + (99 if one.cut else 0)))
            self.end_headers()
            self.wfile.write(one.answer)
            self.close_connection = one.cut

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # callers leave as they like
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        one.url = f"http://127.0.0.1:{server.server_port}/v1"
        yield one
        server.shutdown()
        thread.join(10)


def _heard(request: BaseHTTPRequestHandler, body: bytes) -> Heard:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode("latin-1")
    fields, name, audio = {}, "", b""
    for part in BytesParser(policy=email.policy.HTTP).parsebytes(head + body).iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename():
            name, audio = str(part.get_filename()), content
        else:
            fields[str(part.get_param("name", header="content-disposition"))] = content.decode()
    return Heard(request.path, request.headers.get("authorization", ""), fields, name, audio)
