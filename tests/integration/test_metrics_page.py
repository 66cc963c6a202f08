import re

from tests.client import Client
from tests.processes import ServerProcess


def gauge(page: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", page, re.MULTILINE)
    assert found is not None, page
    return float(found[1])


def test_open_streams_are_seen_on_the_metrics_page(server: ServerProcess, client: Client) -> None:
    session = client.start()
    watcher = Client(server.url)
    turn = client.send(session, "hola, soy Zaratustra")
    stream = watcher.stream(session)

    next(stream)
    page = client.http.get("/metrics").text
    watcher.close()

    assert gauge(page, "laneway_sse_clients") >= 1
    for secret in (session, turn, "Zaratustra"):
        assert secret not in page
