"""Filling a database with firms, for measuring and for trying clients (`stageline seed`)."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from engine.enums import TokenScope
from engine.firm.secrets import digest, new_token, passwords
from engine.work import Clock, system_clock
from server.ready import connected, required_url
from server.seed_progress import progress
from server.settings import Settings
from server.trouble import Trouble, say
from store.database import Database, Db
from store.writes import people, seed_firms, seed_jobs
from store.writes.seed_numbers import MEMBERS, MOST_JOBS, Seeding

CHUNK: Final = 2_000
"""Jobs that are made by one statement."""
SHOWN: Final = 10
"""Jobs of each firm whose ids are told."""
OWNER: Final = 0
EMPLOYEE: Final = 2
"""The numbers in their firm of those who get a token."""

Json = dict[str, Any]


async def seed(settings: Settings, seeding: Seeding) -> Json:
    """Fills the database of the settings and answers what ``fill`` does. Raises :class:`Trouble`."""
    if seeding.pipelines < seeding.firms:
        raise Trouble(f"Every firm has a pipeline: ask for {seeding.firms} --pipelines or more, or for fewer --firms.")
    if seeding.jobs > seeding.pipelines * MOST_JOBS:
        raise Trouble(f"A pipeline has at most {MOST_JOBS:,} jobs: ask for more --pipelines, or for fewer --jobs.")
    async with connected(settings, required_url(settings)) as database:
        return await fill(database, seeding)


async def fill(database: Database, seeding: Seeding, *, clock: Clock = system_clock) -> Json:
    """Adds the firms, all or none; answers ids, tokens, and the password of all logins. Raises :class:`Trouble`."""
    password = secrets.token_urlsafe(12)
    keys = {member: new_token() for member in _holders(seeding)}
    now, password_hash = clock(), await passwords.hash(password)
    async with database.transaction() as db:
        await _check(db, seeding)
        await seed_firms.firms(db, seeding, now)
        await seed_firms.people(db, seeding, now, password_hash)
        await seed_firms.accounts(db, seeding, now)
        await seed_firms.pipelines(db, seeding, now)
        await seed_firms.tokens(db, now, [_token(seeding, *key) for key in keys.items()])
        await _jobs(db, seeding, now)
    say("Analyzing the tables ...")
    await seed_firms.analyze(database)
    firms = [_firm(seeding, firm, keys) for firm in range(seeding.firms)]
    return {"seed": seeding.seed, "password": password, "firms": firms}


async def _jobs(db: Db, seeding: Seeding, now: datetime) -> None:
    with progress("Jobs", seeding.jobs) as report:
        for first in range(0, seeding.jobs, CHUNK):
            end = min(first + CHUNK, seeding.jobs)
            await seed_jobs.jobs(db, seeding, now, first, end)
            report(end)


async def _check(db: Db, seeding: Seeding) -> None:
    """Refuses what would collide."""
    if not await seed_firms.begin(db):
        raise Trouble("Another `stageline seed` fills this database. Run this when it is done.")
    if await people.exists(db, "firms", seeding.id("firm", 0)):
        raise Trouble(
            f"The database holds the firms of --seed {seeding.seed} already. Choose another seed to add firms beside "
            "them, or use an empty database."
        )


def _holders(seeding: Seeding) -> list[int]:
    """The numbers of the members who get a token."""
    return [firm * MEMBERS + who for firm in range(seeding.firms) for who in (OWNER, EMPLOYEE)]


def _token(seeding: Seeding, member: int, token: str) -> Json:
    return {
        "id": seeding.id("session", member),
        "firm_id": seeding.id("firm", member // MEMBERS),
        "member_id": seeding.id("member", member),
        "audit_id": seeding.id("audit", member),
        "name": "Seed",
        "scopes": sorted(TokenScope),
        "digest": digest(token).hex(),
    }


def _firm(seeding: Seeding, firm: int, keys: dict[int, str]) -> Json:
    """What is told of a firm."""
    pipelines = range(seeding.first_pipeline(firm), seeding.first_pipeline(firm + 1))
    jobs = range(seeding.first_job(pipelines.start), seeding.first_job(pipelines.stop))
    return {
        "id": seeding.id("firm", firm),
        "owner": _member(seeding, firm * MEMBERS + OWNER, keys),
        "employee": _member(seeding, firm * MEMBERS + EMPLOYEE, keys),
        "pipelineIds": [seeding.id("pipeline", pipeline) for pipeline in pipelines],
        "jobIds": [seeding.id("job", job) for job in jobs[:: max(1, len(jobs) // SHOWN)][:SHOWN]],
    }


def _member(seeding: Seeding, member: int, keys: dict[int, str]) -> Json:
    return {
        "id": seeding.id("member", member),
        "email": seed_firms.email(seeding, member),
        "token": keys[member],
    }
