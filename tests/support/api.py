"""The API as a client sees it: the real application in process, over its own HTTP; firms and people to call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from argon2 import PasswordHasher
from tortoise.context import TortoiseContext

from engine.firm.firms import CreateFirm, create_firm
from engine.firm.secrets import passwords
from server.app import create_app
from server.settings import Settings
from store.database import Database, config

PASSWORD = "a password for tests"
ERRORS = """errors { __typename code message path
  ... on ForbiddenError { right }
  ... on ConflictError { current { id ... on Job { version } } }
  ... on PendingItemsError { items { id } }
  ... on InUseError { total usedBy { id } } }"""
Json = dict[str, Any]


@dataclass
class Client:
    """Somebody who calls the API with a bearer token, or nobody."""

    http: httpx.AsyncClient
    token: str | None = None
    member_id: str = ""

    async def post(self, document: str, variables: Json | None = None) -> httpx.Response:
        """The answer as it comes over HTTP."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return await self.http.post("/graphql", json={"query": document, "variables": variables}, headers=headers)

    async def answer(self, document: str, **variables: Any) -> Json:
        """The decoded answer, with data and errors."""
        decoded: Json = (await self.post(document, variables)).json()
        return decoded

    async def query(self, document: str, **variables: Any) -> Any:
        """The data of a query that must not fail."""
        answer = await self.answer(document, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def payload(self, mutation: str, selection: str = "", /, **given: Any) -> Json:
        """What a mutation answers to its input, errors included."""
        name = mutation[0].upper() + mutation[1:]
        document = f"mutation ($input: {name}Input!) {{ it: {mutation}(input: $input) {{ {selection} {ERRORS} }} }}"
        data = await self.query(document, input=given)
        payload: Json = data["it"]
        return payload

    async def do(self, mutation: str, selection: str = "", /, **given: Any) -> Any:
        """What a mutation that must succeed answers: the value of the first field of ``selection``, or None."""
        payload = await self.payload(mutation, selection, **given)
        assert payload["errors"] == [], payload["errors"]
        return next(iter(payload.values())) if selection else None

    async def refused(self, mutation: str, /, **given: Any) -> list[Json]:
        """The errors of a mutation that must be refused."""
        payload = await self.payload(mutation, **given)
        assert payload["errors"], f"{mutation} was not refused"
        errors: list[Json] = payload["errors"]
        return errors

    async def code(self, mutation: str, /, **given: Any) -> tuple[str, list[str] | None]:
        """Code and path of the one error of a mutation that must be refused."""
        [error] = await self.refused(mutation, **given)
        return error["code"], error["path"]


@dataclass
class Api:
    """One running application on one database."""

    database: Database
    http: httpx.AsyncClient
    firms: int = 0
    people: int = 0
    owners: list[Client] = field(default_factory=list)

    @property
    def nobody(self) -> Client:
        """A client without a token."""
        return Client(self.http)

    async def log_in(self, email: str, password: str = PASSWORD) -> Client:
        """A client with a fresh session."""
        document = """mutation ($input: LoginInput!) { login(input: $input) {
            token viewer { member { id } } errors { code message } } }"""
        data = await self.nobody.query(document, input={"email": email, "password": password})
        assert data["login"]["errors"] == [], data["login"]["errors"]
        return Client(self.http, data["login"]["token"], data["login"]["viewer"]["member"]["id"])

    async def firm(self, name: str = "Kontor", time_zone: str = "UTC") -> Client:
        """A new firm; answers its owner."""
        self.firms += 1
        email = f"owner{self.firms}@firm.test"
        given = CreateFirm(name, f"Owner {self.firms}", email, PASSWORD, time_zone)
        await create_firm(self.database, given)
        owner = await self.log_in(email)
        self.owners.append(owner)
        return owner

    async def member(
        self, owner: Client, *, role: str = "EMPLOYEE", rights: Sequence[str] = (), accounts: Sequence[str] = ()
    ) -> Client:
        """A new member of the owner's firm who has joined."""
        self.people += 1
        payload = await owner.payload(
            "inviteMember",
            "member { id } invitationToken",
            email=f"member{self.people}@firm.test",
            name=f"Member {self.people}",
            role=role,
            rights=list(rights),
            accountIds=list(accounts),
        )
        assert payload["errors"] == [], payload["errors"]
        document = """mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
            token errors { code message } } }"""
        given = {"token": payload["invitationToken"], "password": PASSWORD}
        data = await self.nobody.query(document, input=given)
        assert data["acceptInvitation"]["errors"] == []
        return Client(self.http, data["acceptInvitation"]["token"], payload["member"]["id"])


class Remote(Api):
    """The API of another process. Only firms are made on its database, with a pool that leaves the session's alone."""

    async def firm(self, name: str = "Kontor", time_zone: str = "UTC") -> Client:
        """A new firm; answers its owner."""
        with self.database._context:
            return await super().firm(name, time_zone)


@asynccontextmanager
async def remote_api(database_url: str, http: httpx.AsyncClient) -> AsyncIterator[Remote]:
    """The API that ``http`` calls. Tortoise has one global context per process, and the session's pool holds it."""
    context = TortoiseContext()
    with context:
        await context.init(config=config(database_url, pool_size=4))
        database = Database(context.db(), context)
    try:
        yield Remote(database, http)
    finally:
        await database.close()


@asynccontextmanager
async def running_api(database: Database, **settings: Any) -> AsyncIterator[Api]:
    """The application on a database, with passwords that are cheap to hash."""
    thorough, passwords.hasher = passwords.hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    app = create_app(Settings(introspection=True, **settings), database=database)
    try:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://stageline.test") as http:
                yield Api(database, http)
    finally:
        passwords.hasher = thorough


@dataclass
class Shop:
    """A firm with one pipeline of three stages, one account, and an owner."""

    owner: Client
    account: str
    pipeline: str
    stages: list[str]

    async def job(self, name: str = "Job", **given: Any) -> Json:
        """A new job on top of the first stage."""
        given = {"accountId": self.account, "pipelineId": self.pipeline, **given}
        job: Json = await self.owner.do("createJob", "job { id version rank stage { id } }", name=name, **given)
        return job


async def open_shop(api: Api) -> Shop:
    """A new firm with something to work on."""
    owner = await api.firm()
    account = await owner.do("createAccount", "account { id }", name="Acme")
    stages = [{"name": name} for name in ("First", "Second", "Third")]
    pipeline = await owner.do("createPipeline", "pipeline { id stages { id } }", name="Tax", stages=stages)
    return Shop(owner, account["id"], pipeline["id"], [stage["id"] for stage in pipeline["stages"]])
