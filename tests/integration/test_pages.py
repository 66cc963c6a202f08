"""How the pages are served: from the package, with a strict policy, and nothing else."""

import pytest

from tests.client import Client


@pytest.mark.parametrize("path", ["/chat", "/static/chat.css", "/static/chat.js", "/static/fold.js"])
def test_a_file_comes_with_the_policy_and_is_not_sent_twice(path: str, client: Client) -> None:
    first = client.http.get(path)
    again = client.http.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert first.status_code == 200
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert "trusted-types 'none'" in first.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["cache-control"] == "no-cache"
    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize("path", ["/chat", "/static/chat.css"])
def test_who_asks_only_for_the_head_gets_the_same_headers_and_no_body(path: str, client: Client) -> None:
    head, whole = client.http.head(path), client.http.get(path)

    assert head.status_code == 200
    assert head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == str(len(whole.content))
    assert not head.content


def test_the_root_leads_to_the_chat(client: Client) -> None:
    answer = client.http.get("/", follow_redirects=False)

    assert answer.is_redirect
    assert answer.headers["location"] == "/chat"


@pytest.mark.parametrize(
    "name", ["nothing.js", "chat.html", "..%2Fchat.html", "%2e%2e/pages/chat.html", "..%2F..%2Fapp.py", "js", "%00"]
)
def test_nothing_else_can_be_had(name: str, client: Client) -> None:
    assert client.http.get(f"/static/{name}").status_code == 404


def test_the_page_has_no_inline_code_and_names_no_other_host(client: Client) -> None:
    page = client.http.get("/chat").text

    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
    assert page.count("<script") == page.count('<script type="module" src="/static/')
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
