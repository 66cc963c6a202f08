"""`/openapi.json`: what the API offers, for whoever writes a client."""

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse

from server.routes.bodies import BODIES
from server.routes.schemas import schemas_of


def description_of(app: FastAPI) -> APIRouter:
    """Return the route that describes all routes of `app`."""
    router = APIRouter()

    @router.get("/openapi.json", include_in_schema=False)
    def describe() -> JSONResponse:  # in a thread: the first time it takes a quarter of a second
        """Return the OpenAPI document, the bodies that we read ourselves included."""
        document = app.openapi()
        document["components"]["schemas"] |= schemas_of(*BODIES)
        return JSONResponse(document)

    return router
