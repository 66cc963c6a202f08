"""A payment provider on loopback: one link for one key, and failures on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Till:
    """What the provider answers, and what it was asked; `answer` stands in the place of a link."""

    url: str = ""
    status: int = 201
    answer: bytes | None = None
    links: dict[str, str] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def till() -> Iterator[Till]:
    one = Till()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            key = self.headers["idempotency-key"]
            one.heard.append({**asked, "key": key, "authorization": self.headers["authorization"]})
            link = one.links.setdefault(key, f"pay_{len(one.links) + 1}")
            made = json.dumps({"id": link, "url": f"https://pay.example/{link}"}).encode()
            body = made if one.answer is None else one.answer
            self.send_response(one.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        one.url = f"http://127.0.0.1:{server.server_port}/links"
        try:
            yield one
        finally:
            server.shutdown()
            thread.join()
