"""Answers /files/: whoever shows a pass uploads the content of a document, or downloads it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from engine.access import Client, Party
from engine.enums import CauseKind, ErrorCode
from engine.errors import Refused
from engine.files import sweeping
from engine.files.passes import Purpose
from engine.files.showing import Shown, accept
from engine.files.uploads import Upload, Uploaded, begin_upload, finish_upload
from engine.work import Caller, Command, of_client, perform, system_clock
from gql.masking import incident
from server.auth import client_address
from server.files.downloads import download
from server.files.uploads import Incoming, check_headers
from server.refusals import Refusal, incident_answer, json_answer
from server.transports.service import Service
from store.objects import StorageError

_STATUS: Final = {
    ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.TOO_LATE: HTTPStatus.GONE,
    ErrorCode.CONFLICT: HTTPStatus.CONFLICT,
    ErrorCode.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What the engine's refusals are over HTTP; the others mean that whoever has the address may not do this (any more)."""

_log = structlog.get_logger("stageline.files")


@dataclass(slots=True)
class FilesView:
    """Answers one request. The pass in its path is all that counts: no token, no cookie."""

    service: Service

    async def __call__(self, request: Request) -> Response:
        """The answer. Whatever goes wrong inside becomes an id, never a stack trace (API1)."""
        try:
            return await self._answer(request)
        except Refusal as refusal:
            return refusal.answer()
        except Refused as refused:
            return _refusal(refused).answer()
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
        except StorageError as error:
            _log.error("storage_failed", error=repr(error))
            message = "Files cannot be read or written at the moment. Try again."
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "STORAGE_UNAVAILABLE", message).answer()
        except Exception as error:  # noqa: BLE001  (the last gate: nothing of it may reach the client)
            return incident_answer(incident(error))

    async def _answer(self, request: Request) -> Response:
        purpose = Purpose.UPLOAD if request.method == "PUT" else Purpose.DOWNLOAD
        shown = await accept(self.service.database, request.path_params["pass"], purpose, system_clock())
        if purpose is Purpose.DOWNLOAD:
            return await download(request, shown.document, self.service.objects)
        return await self._upload(request, shown)

    async def _upload(self, request: Request, shown: Shown) -> Response:
        """Takes the content of a document. Whatever breaks off, nothing of it stays."""
        service = self.service
        check_headers(request.headers, shown.document["size"])
        caller = _caller(shown.holder, client_address(request, service.settings.trusted_proxies))
        upload: Upload = await self._perform(caller, begin_upload, shown.document["id"])
        content = Incoming(request, upload, service.stop)
        try:
            await service.objects.write(upload.key, content.pieces())
            await self._perform(caller, finish_upload, Uploaded(upload, content.sha256))
        except Exception:
            await sweeping.abandon(service.database, service.objects, upload.key)
            raise
        body = {"document": {"id": upload.document_id, "size": upload.size, "sha256": content.sha256}}
        return json_answer(body, HTTPStatus.CREATED)

    async def _perform(self, caller: Caller, command: Command[Any, Any], given: Any) -> Any:
        return await perform(self.service.database, caller, command, given, notify=self.service.notify)


def _caller(holder: Party, address: str) -> Caller:
    return of_client(holder, address) if isinstance(holder, Client) else Caller(holder, CauseKind.MEMBER, address)


def _refusal(refused: Refused) -> Refusal:
    problem = refused.problems[0]
    return Refusal(_STATUS.get(problem.code, HTTPStatus.FORBIDDEN), problem.code, refused.words)
