"""The Graph API's face of the simulator."""

import email.policy
import hashlib
import json
from email.parser import BytesParser
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from server.channels.whatsapp.signature import sign
from server.channels.whatsapp.simulator.account import Taken
from server.channels.whatsapp.simulator.graph import GraphError
from server.channels.whatsapp.simulator.mood import Step
from server.channels.whatsapp.simulator.world import World

CUT: Final = "laneway.cut"
"""The scope's extension that resets the connection."""
_HUNG_S: Final = 60.0


def graph_api(world: World) -> APIRouter:
    """Return the routes under `/VERSION`, as Meta has them."""

    def authorised(request: Request) -> None:
        proof = request.query_params.get("appsecret_proof")
        if proof is not None and proof != sign(world.account.token.encode(), world.account.app_secret):
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument")
        if request.headers.get("authorization") != f"Bearer {world.account.token}":
            raise GraphError(190)

    routes = APIRouter(dependencies=[Depends(authorised)])

    @routes.post("/{version}/{number}/messages")
    async def messages(number: str, request: Request) -> Response:
        _known(world, number)
        return await _messages(world, number, request)

    @routes.post("/{version}/{number}/media")
    async def upload(number: str, request: Request) -> Response:
        _known(world, number)
        mime, content = _upload(request.headers.get("content-type", ""), await request.body())
        return JSONResponse({"id": world.keep(mime, content)})

    @routes.get("/{version}/{account}/subscribed_apps")
    async def subscribed(account: str) -> Response:
        return JSONResponse({"data": _subscribed(world, account)})

    @routes.get("/files/{media_id}")
    async def download(media_id: str) -> Response:
        mime, content = world.files.get(media_id, ("", b""))
        return Response(content, media_type=mime) if mime else Response(status_code=404)

    @routes.get("/{version}/{node}")
    async def node(node: str, request: Request) -> Response:
        return JSONResponse(_node(world, node, str(request.base_url)))

    return routes


async def _messages(world: World, number: str, request: Request) -> Response:
    body = await _document(request)
    if body.get("status") == "read":
        if world.mood.reads == "hung":
            await world.pause(_HUNG_S)
        world.mark_read(number, body)
        return JSONResponse({"success": True})
    return await _sent(world, number, body, request)


async def _sent(world: World, number: str, body: dict[str, Any], request: Request) -> Response:
    step = world.next_step()
    if step and step.what == "refuse":
        raise GraphError(step.code, "Simulated.")
    taken = world.take(number, body) if step is None or step.taken else None
    await world.told()
    if step:
        return await _misbehave(world, step, taken, request)
    return JSONResponse(_receipt(taken))


async def _misbehave(world: World, step: Step, taken: Taken | None, request: Request) -> Response:
    if step.what == "break":
        return Response("<html><body>Simulated outage</body></html>", step.status, media_type="text/html")
    if step.what == "cut":
        request.scope["extensions"][CUT]()
        return Response(status_code=500)
    await world.pause(step.seconds)
    return JSONResponse(_receipt(taken)) if taken else Response("<html>Timeout</html>", 504, media_type="text/html")


def _receipt(taken: Taken | None) -> dict[str, Any]:
    if taken is None:
        return {}
    contact = {"input": taken.recipient, "wa_id": taken.recipient.lstrip("+")}
    message = {"id": taken.wamid, "message_status": "accepted"}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


def _node(world: World, node: str, base: str) -> dict[str, Any]:
    if node not in world.account.numbers:
        world.asked.append(node)
    if node in world.files:
        mime, content = world.files[node]
        digest = hashlib.sha256(content).hexdigest()
        facts = {"id": node, "url": f"{base}files/{node}", "mime_type": mime, "sha256": digest}
        return facts | {"file_size": len(content), "messaging_product": "whatsapp"}
    _known(world, node)
    return {
        "id": node,
        "display_phone_number": f"+{world.account.numbers[node]}",
        "verified_name": "Simulated shop",
        "quality_rating": "GREEN",
        "status": "CONNECTED",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "is_on_biz_app": False,
    }


def _subscribed(world: World, account: str) -> list[dict[str, Any]]:
    if account != world.account.account_id:
        raise _missing(account)
    app = {"id": world.account.app_id, "name": "Laneway", "link": "https://example.com/"}
    return [{"whatsapp_business_api_data": app}] if world.courier.url else []


def _known(world: World, number: str) -> None:
    if number not in world.account.numbers:
        raise _missing(number)


def _missing(node: str) -> GraphError:
    return GraphError(100, f"Object with ID '{node}' does not exist.", subcode=33)


async def _document(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise GraphError(100, "The body is not a JSON object.")
    return body


def _upload(content_type: str, body: bytes) -> tuple[str, bytes]:
    """Return the media type and the bytes of the field `file` (multipart/form-data, RFC 7578)."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    fields = {}
    for part in BytesParser(policy=email.policy.HTTP).parsebytes(head + body).iter_parts():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = (part.get_content_type(), content)
    if fields.get("messaging_product", ("", b""))[1] != b"whatsapp" or "file" not in fields:
        raise GraphError(100, "messaging_product and file are required.")
    return fields["file"]
