"""Who of several members sees which of several jobs or accounts: ``access.sees_job`` and the like, for all at once."""

from collections.abc import Collection, Mapping
from itertools import chain

from engine.access import JobKey, Sight
from engine.enums import AccessRight, Role
from engine.work import Work
from store.database import Row
from store.writes import log, notifications


async def seeing(work: Work, wanted: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Those of each job's members who are active and see the job, each once, in the order given."""
    members = set(chain.from_iterable(wanted.values()))
    if not members:
        return {job_id: [] for job_id in wanted}
    stored = await log.job_keys(work.db, work.firm_id, wanted)
    keys = {job_id: JobKey.of(key) for job_id, key in stored.items()}
    pipelines, accounts = ({getattr(key, name) for key in keys.values()} for name in ("pipeline_id", "account_id"))
    found = await notifications.sights(work.db, work.firm_id, members, pipelines, accounts)
    people = {row["id"]: row for row in found}
    return {
        job_id: [
            one for one in dict.fromkeys(ids) if one in people and job_id in keys and _sees(people[one], keys[job_id])
        ]
        for job_id, ids in wanted.items()
    }


async def knowing(work: Work, member_ids: Collection[str], account_ids: Collection[str]) -> set[tuple[str, str]]:
    """Which active member has access to the whole of which account: pairs of the two (AC3)."""
    found = await notifications.sights(work.db, work.firm_id, member_ids, (), account_ids) if member_ids else []
    return {
        (row["id"], account_id)
        for row in found
        for account_id in (account_ids if _manages(row) or _sight(row).all_accounts else row["accounts"])
    }


def _sees(member: Row, key: JobKey) -> bool:
    return _manages(member) or (key.pipeline_id in member["pipelines"] and _sight(member).sees(key))


def _manages(member: Row) -> bool:
    return bool(member["role"] != Role.EMPLOYEE)


def _sight(member: Row) -> Sight:
    return Sight(member["id"], AccessRight.VIEW_ALL_ACCOUNTS in member["rights"], frozenset(member["accounts"]))
