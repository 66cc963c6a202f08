"""`/v1/workflows/{id}/files`: what a run was given and what its steps made."""

import re
from pathlib import PurePosixPath
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from server.media.ports import Vault
from server.plans.files import RunFile, RunFileNotFoundError, file_of, files_of
from server.plans.verbs import Workflows
from server.routes.downloads import download_headers

_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,126}")
_UNKNOWN: Final = "application/octet-stream"


def workflow_files(workflows: Workflows, vault: Vault) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/workflows", tags=["workflows"])

    @router.get("/{workflow_id}/files")
    async def files(workflow_id: str) -> dict[str, Any]:
        """Return a workflow's files: those of its result first. `path` is where each belongs among them."""
        stored = await workflows.get(workflow_id)
        return {"workflow_id": stored.run.id, "files": [_told(one) for one in files_of(stored)]}

    @router.get("/{workflow_id}/files/{sha256}", response_class=StreamingResponse)
    async def file(workflow_id: str, sha256: str) -> StreamingResponse:
        """Return one of a workflow's files. Always to be downloaded."""
        stored = await workflows.get(workflow_id)
        artefact = (found := file_of(stored, sha256)).artefact
        pieces = await vault.open(stored.run.tenant, artefact.sha256)
        if pieces is None:
            raise RunFileNotFoundError(stored.run.id, sha256)
        return StreamingResponse(
            pieces,
            media_type=_media_type(artefact.mime),
            headers=download_headers(PurePosixPath(found.path).name),
        )

    return router


def _told(one: RunFile) -> dict[str, Any]:
    return {"path": one.path, **one.artefact.model_dump()}


def _media_type(told: str) -> str:
    plain = told.strip().lower()
    if _MEDIA_TYPE.fullmatch(plain) is None:
        return _UNKNOWN
    return f"{plain}; charset=utf-8" if plain.startswith("text/") else plain
