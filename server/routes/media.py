"""`/v1/sessions/{id}/media/{ref}`: a file that a customer sent, for whoever looks after a conversation."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from server.media.admission import file_name
from server.media.library import Library
from server.routes.downloads import download_headers
from state.ids import SessionId, TenantId, is_well_formed
from state.media import MediaNotFoundError


def media(library: Library, tenant: TenantId) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/v1/sessions", tags=["sessions"])

    @router.get("/{session_id}/media/{ref}", response_class=StreamingResponse)
    async def file(session_id: str, ref: str) -> StreamingResponse:
        """Return a file of a session, also of an expired one; `ref` is that of its part. Always to be downloaded."""
        if not is_well_formed(session_id):
            raise MediaNotFoundError(ref)
        facts, stored, pieces = await library.open(tenant, SessionId(session_id), ref)
        name = file_name(facts.filename or stored.sha256[:12], stored.mime)
        headers = {"Content-Length": str(stored.size), **download_headers(name)}
        charset = "; charset=utf-8" if stored.mime == "text/plain" else ""
        return StreamingResponse(pieces, media_type=f"{stored.mime}{charset}", headers=headers)

    return router
