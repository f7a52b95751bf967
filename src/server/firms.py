"""Making a firm from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import Refused
from engine.firm.firms import CreateFirm, create_firm
from server.ready import connected, migrated, running_or_own
from server.settings import Settings
from server.trouble import Trouble


@dataclass(frozen=True)
class NewFirm:
    """What the command line says about a firm."""

    name: str
    email: str
    owner_name: str
    password: str = field(repr=False)
    time_zone: str
    currency: str


async def create(settings: Settings, firm: NewFirm) -> str:
    """Make the firm; return a sentence with its id. Raises :class:`Trouble` with every reason for a refusal."""
    command = CreateFirm(
        name=firm.name,
        owner_name=firm.owner_name,
        owner_email=firm.email,
        password=firm.password,
        time_zone=firm.time_zone,
        currency=firm.currency,
    )
    async with running_or_own(settings) as url:
        if settings.database_url is None:
            await migrated(url)
        async with connected(settings, url) as database:
            try:
                made = await create_firm(database, command)
            except Refused as refused:
                raise Trouble("The firm was not made. " + " ".join(_sentences(refused))) from None
    return f"Made the firm {firm.name} ({made}). Its owner logs in as {firm.email}."


def _sentences(refused: Refused) -> list[str]:
    return [f"{_option(problem.path)}: {problem.message}" for problem in refused.problems]


def _option(path: tuple[str, ...]) -> str:
    name = ".".join(path)
    return "--email" if name == "owner_email" else f"--{name.replace('_', '-')}"
