"""How a file that somebody else made is sent: to be saved, never shown as a page of ours."""

from urllib.parse import quote


def download_headers(name: str) -> dict[str, str]:
    """Return the headers of a download; browsers save it, and run nothing in it."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%?' else "_" for sign in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
