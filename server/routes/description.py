"""`/openapi.json`: what the API offers, for whoever writes a client."""

from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from server.failures import STATUS
from server.routes.bodies import BODIES
from server.routes.schemas import schemas_of
from state.plan_errors import PlanFinding


class Failure(BaseModel):
    """What every request that fails is answered with; `findings` only where a plan is refused."""

    code: str
    message: str
    hint: str
    findings: list[PlanFinding] | None = None


_FRAMEWORKS_OWN: Final = ("HTTPValidationError", "ValidationError")
"""What FastAPI says of a request that it can't read; `failures` answers in our shape."""


def description_of(app: FastAPI) -> APIRouter:
    """Return the route that describes all routes of `app`."""
    router = APIRouter()

    @router.get("/openapi.json", include_in_schema=False)
    def describe() -> JSONResponse:  # in a thread: the first time it takes a quarter of a second
        """Return the OpenAPI document, the bodies that we read ourselves included."""
        document = app.openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas |= schemas_of(*BODIES, Failure)
        for name in _FRAMEWORKS_OWN:
            schemas.pop(name, None)
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"] = {**operation["responses"], **_failures()}
        return JSONResponse(document)

    return router


def _failures() -> dict[str, Any]:
    """Return what an operation says of requests that fail."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{Failure.__name__}"}}}
    codes = "; ".join(
        f"{status.value} {', '.join(code for code, its in STATUS.items() if its == status)}"
        for status in sorted(set(STATUS.values()))
    )
    return {
        "422": {"description": "Something in the request is wrong: `message` says where.", "content": content},
        "default": {"description": f"It failed. Statuses and codes: {codes}; 500 internal.", "content": content},
    }
