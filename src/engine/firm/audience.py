"""Who of several members sees which of several jobs: ``access.sees_job``, for all of them at once (AC2, AC3)."""

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


def _sees(member: Row, key: JobKey) -> bool:
    if member["role"] != Role.EMPLOYEE:
        return True
    sight = Sight(member["id"], AccessRight.VIEW_ALL_ACCOUNTS in member["rights"], frozenset(member["accounts"]))
    return key.pipeline_id in member["pipelines"] and sight.sees(key)
