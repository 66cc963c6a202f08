"""The OpenAPI document tells the truth about failures."""

from typing import Annotated, Any

import httpx2
import pytest
from fastapi import FastAPI, Query

from server import failures
from server.routes.description import description_of


@pytest.fixture
async def described() -> dict[str, Any]:
    app = FastAPI(openapi_url=None)
    failures.install(app)

    async def paged(limit: Annotated[int, Query(ge=1)] = 1) -> int:
        return limit

    async def plain() -> str:
        return "here"

    app.add_api_route("/paged", paged)
    app.add_api_route("/plain", plain)
    app.include_router(description_of(app))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
        first, again = await client.get("/openapi.json"), await client.get("/openapi.json")
    assert first.text == again.text
    assert "ValidationError" not in first.text
    return dict(first.json())


async def test_every_operation_declares_our_shape_of_a_failure(described: dict[str, Any]) -> None:
    operations = [one for path in described["paths"].values() for one in path.values()]

    told = [one["responses"][status] for one in operations for status in ("422", "default")]
    assert len(operations) == 2
    assert {one["content"]["application/json"]["schema"]["$ref"] for one in told} == {"#/components/schemas/Failure"}
    assert described["components"]["schemas"]["Failure"]["required"] == ["code", "message", "hint"]


async def test_a_failure_declares_every_status_that_is_answered(described: dict[str, Any]) -> None:
    said = described["paths"]["/plain"]["get"]["responses"]["default"]["description"]

    assert all(f"{status.value} " in said and code in said for code, status in failures.STATUS.items())
