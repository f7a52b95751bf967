"""Clients of a firm: they come in by what they are sent, and draw what they are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.support.api import Client, Json
from tests.support.desk import Desk

ERRORS = "errors { code message path }"
TOKEN = re.compile(r"sl_[\w-]{43}")
SCREEN = """fragment Work on PortalWork { id name color description account { id name } }
  fragment Paper on PortalDocument { id name size account { id name } }
  fragment ToDo on PortalItem { id kind title message state open dueDate senderName account { id name } }
  fragment Screen on Portal { items(first: 200) { nodes { ...ToDo } }
    accounts { id name } works(first: 200) { nodes { ...Work } }
    documents(first: 200) { nodes { ...Paper } } }"""
DRAW = f"query {{ cursor portal {{ ...Screen }} }} {SCREEN}"
CHANGES = """query ($after: String!, $first: Int) { changes(stream: { portal: {} }, after: $after, first: $first) {
  cursor hasMore events { ... on PortalEvent { cursor changes { __typename
    ... on PortalWorkChanged { work { ...Work } } ... on PortalWorkRemoved { workId }
    ... on PortalDocumentChanged { document { ...Paper } } ... on PortalDocumentRemoved { documentId }
    ... on PortalItemChanged { item { ...ToDo } } ... on PortalItemRemoved { itemId }
    ... on PortalAccountChanged { account { id name } } ... on StreamReset { reason } } } } } }
  fragment Work on PortalWork { id name color description account { id name } }
  fragment ToDo on PortalItem { id kind title message state open dueDate senderName account { id name } }
  fragment Paper on PortalDocument { id name size account { id name } }"""
EVENTS = """subscription ($after: String) { portalEvents(after: $after) { cursor at changes { __typename
  ... on PortalWorkChanged { work { id name account { name } } } ... on PortalWorkRemoved { workId }
  ... on StreamReset { reason } } } }"""


@dataclass
class Guest(Client):
    """A client of a firm, or somebody who wants to be."""

    async def payload(self, mutation: str, selection: str = "", /, **given: Any) -> Json:
        """What a mutation of the portal answers to its input, errors included."""
        name = mutation[0].upper() + mutation[1:]
        document = f"mutation ($input: {name}Input!) {{ it: {mutation}(input: $input) {{ {selection} {ERRORS} }} }}"
        payload: Json = (await self.query(document, input=given))["it"]
        return payload

    async def enter(self, mutation: str, **given: Any) -> Guest:
        """Comes in."""
        payload = await self.payload(mutation, "token expiresAt portal { contact { id } }", **given)
        assert payload["errors"] == [], payload["errors"]
        assert payload["expiresAt"] is not None
        return Guest(self.http, payload["token"], payload["portal"]["contact"]["id"])

    async def portal(self, selection: str) -> Json:
        """What the portal shows."""
        shown: Json = (await self.query(f"{{ portal {{ {selection} }} }}"))["portal"]
        return shown


@dataclass
class Screen:
    """What one client has drawn: once whole, and from then on by what ``changes`` says alone."""

    guest: Guest
    cursor: str = ""
    works: dict[str, Json] = field(default_factory=dict)
    accounts: dict[str, Json] = field(default_factory=dict)
    papers: dict[str, Json] = field(default_factory=dict)
    to_dos: dict[str, Json] = field(default_factory=dict)

    @property
    def drawn(self) -> tuple[dict[str, Json], ...]:
        """All of it."""
        return self.works, self.accounts, self.papers, self.to_dos

    async def draw(self) -> Screen:
        """Draws it whole."""
        found = await self.guest.query(DRAW)
        self.cursor = found["cursor"]
        self.works = {work["id"]: work for work in found["portal"]["works"]["nodes"]}
        self.accounts = {account["id"]: account for account in found["portal"]["accounts"]}
        self.papers = {paper["id"]: paper for paper in found["portal"]["documents"]["nodes"]}
        self.to_dos = {item["id"]: item for item in found["portal"]["items"]["nodes"]}
        return self

    async def follow(self, first: int = 50) -> list[str]:
        """Applies what has happened; answers the names of the changes."""
        told: list[str] = []
        more = True
        while more:
            page = (await self.guest.query(CHANGES, after=self.cursor, first=first))["changes"]
            for event in page["events"]:
                for change in event["changes"]:
                    told.append(change["__typename"])
                    await self._apply(change)
            self.cursor, more = page["cursor"], page["hasMore"]
        return told

    async def _apply(self, change: Json) -> None:
        match change["__typename"]:
            case "PortalWorkChanged":
                self.works[change["work"]["id"]] = change["work"]
            case "PortalDocumentChanged":
                self.papers[change["document"]["id"]] = change["document"]
            case "PortalItemChanged":
                self.to_dos[change["item"]["id"]] = change["item"]
            case "PortalAccountChanged":
                self._rename(change["account"])
            case "StreamReset":
                await self.draw()
            case _:
                self._remove(change)

    def _remove(self, change: Json) -> None:
        match change["__typename"]:
            case "PortalWorkRemoved":
                self.works.pop(change["workId"], None)
            case "PortalDocumentRemoved":
                self.papers.pop(change["documentId"], None)
            case "PortalItemRemoved":
                self.to_dos.pop(change["itemId"], None)

    def _rename(self, account: Json) -> None:
        self.accounts[account["id"]] = account
        for one in (*self.works.values(), *self.papers.values(), *self.to_dos.values()):
            if one["account"] and one["account"]["id"] == account["id"]:
                one["account"] = account


async def invited(desk: Desk, name: str, *accounts: str, email: str | None = None) -> str:
    """A new contact, invited; answers its id. Nothing has been sent yet."""
    given = {"name": name, "email": email or f"{name.lower()}@client.test", "accountIds": list(accounts)}
    contact = (await desk.owner.do("createContact", "contact { id }", **given))["id"]
    await desk.owner.do("inviteContact", contactId=contact)
    return str(contact)


def link(desk: Desk, number: int = -1) -> str:
    """The token in an e-mail that the mail server has taken."""
    [token] = TOKEN.findall(desk.office.received[number].part("plain"))
    return str(token)


async def guest(desk: Desk, name: str, *accounts: str, email: str | None = None, account: bool = True) -> Guest:
    """A contact of accounts, of the shop's one if none is named, who has come in by the link of the invitation."""
    await invited(desk, name, *(accounts or ((desk.shop.account,) if account else ())), email=email)
    await desk.work()
    return await Guest(desk.owner.http).enter("enterPortalByLink", token=link(desk))
