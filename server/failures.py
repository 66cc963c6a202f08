"""Errors on the wire: `{code, message, hint}` and the right status; never an echo, never a stack trace."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from state.errors import LanewayError
from state.plan_errors import PlanError
from state.said import said_of

log = structlog.get_logger()

STATUS: Final[dict[str, HTTPStatus]] = {
    "invalid_input": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "invalid_cursor": HTTPStatus.BAD_REQUEST,
    "foreign_cursor": HTTPStatus.FORBIDDEN,
    "session_not_found": HTTPStatus.NOT_FOUND,
    "idempotency_conflict": HTTPStatus.CONFLICT,
    "session_busy": HTTPStatus.CONFLICT,
    "not_delivered": HTTPStatus.CONFLICT,
    "dead_letter_not_found": HTTPStatus.NOT_FOUND,
    "effect_not_found": HTTPStatus.NOT_FOUND,
    "evaluation_not_found": HTTPStatus.NOT_FOUND,
    "export_not_found": HTTPStatus.NOT_FOUND,
    "export_exists": HTTPStatus.CONFLICT,
    "invalid_evaluation": HTTPStatus.UNPROCESSABLE_ENTITY,
    "bad_signature": HTTPStatus.UNAUTHORIZED,
    "order_not_found": HTTPStatus.NOT_FOUND,
    "payment_mismatch": HTTPStatus.CONFLICT,
    "case_not_found": HTTPStatus.NOT_FOUND,
    "case_taken": HTTPStatus.CONFLICT,
    "case_over": HTTPStatus.CONFLICT,
    "case_status": HTTPStatus.CONFLICT,
    "media_not_found": HTTPStatus.NOT_FOUND,
    "media_failed": HTTPStatus.SERVICE_UNAVAILABLE,
    "effect_result": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_plan": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_agent": HTTPStatus.UNPROCESSABLE_ENTITY,
    "template_not_found": HTTPStatus.NOT_FOUND,
    "run_not_found": HTTPStatus.NOT_FOUND,
    "file_not_found": HTTPStatus.NOT_FOUND,
    "run_state": HTTPStatus.CONFLICT,
    "inbox_full": HTTPStatus.TOO_MANY_REQUESTS,
    "draining": HTTPStatus.SERVICE_UNAVAILABLE,
    "store_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "records_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}

RETRY_AFTER_S: Final = "1"

_HINTS: Final = {
    HTTPStatus.NOT_FOUND: "GET /openapi.json lists every address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "GET /openapi.json lists the methods of every address.",
}


def install(app: FastAPI) -> None:
    """Answer every failure in one shape."""
    app.add_exception_handler(LanewayError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def answer(status: HTTPStatus, code: str, message: str, hint: str) -> JSONResponse:
    """Return a failure in its wire form."""
    return _answer(status, {"code": code, "message": message, "hint": hint})


def wire_form(error: LanewayError) -> dict[str, Any]:
    """Return `{code, message, hint}` of one of our errors, and of a plan all that is wrong with it."""
    told = {"code": error.code, "message": error.message, "hint": error.hint}
    return {**told, "findings": [asdict(one) for one in error.findings]} if isinstance(error, PlanError) else told


def _answer(status: HTTPStatus, told: dict[str, Any]) -> JSONResponse:
    retry = status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    return JSONResponse(told, status, {"Retry-After": RETRY_AFTER_S} if retry else None)


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, LanewayError):
        raise error
    status = STATUS.get(error.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    return _answer(status, wire_form(error))


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return answer(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_input", f"`{where[:120]}`: {said_of(first)}.", "See /openapi.json."
    )


async def _http(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    hint = _HINTS.get(status, "See /openapi.json.")
    return answer(status, status.name.lower(), f"{status.phrase}.", hint)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("request.failed", method=request.method, route=request.url.path, exc_info=error)
    return answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "Something went wrong here; nothing of yours was lost.",
        "Try again; if it stays, the server's log has the details.",
    )
