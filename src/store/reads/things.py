"""Rows of the firm's things by their ids, and the short lists that hang on them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from store.database import Db, Row
from store.sql import Params

Condition = Callable[[Params], str]

MEMBER: Final = """
    m.id, m.firm_id, m.user_id, m.name, m.role, m.rights, m.deactivated_at, m.joined_at, m.version, m.created_at,
    m.updated_at, u.email, 'Member' AS "__typename"
"""
MEMBERS: Final = "members m JOIN users u ON u.id = m.user_id"
ACCOUNT: Final = """a.*, 'Account' AS "__typename" """
TAG: Final = """tg.*, 'Tag' AS "__typename" """
ROLE: Final = """r.*, 'AccountRoleKind' AS "__typename" """
CONTACT: Final = """c.*, 'Contact' AS "__typename" """
PIPELINE: Final = """pl.*, 'Pipeline' AS "__typename" """
STAGE: Final = """st.*, 'Stage' AS "__typename" """
STATUS: Final = """js.*, 'JobStatus' AS "__typename" """
FIRM: Final = """f.*, 'Firm' AS "__typename" """
VISIT: Final = """v.*, 'StageVisit' AS "__typename" """


def anything(p: Params) -> str:
    """The condition that everything meets."""
    return "TRUE"


async def firm(db: Db, firm_id: str) -> Row | None:
    """The firm."""
    return await db.row(f"SELECT {FIRM} FROM firms f WHERE f.id = $1", firm_id)


async def user(db: Db, user_id: str) -> Row | None:
    """A login, without its secrets."""
    return await db.row("""SELECT id, email, name, 'User' AS "__typename" FROM users WHERE id = $1""", user_id)


async def members(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Members by id."""
    return _by_id(
        await db.rows(f"SELECT {MEMBER} FROM {MEMBERS} WHERE m.firm_id = $1 AND m.id = ANY($2)", firm_id, list(ids))
    )


async def accounts(db: Db, firm_id: str, ids: Collection[str], seen: Condition = anything) -> dict[str, Row]:
    """Accounts (alias a) by id."""
    return await _things(db, ACCOUNT, "accounts a", "a", firm_id, ids, seen)


async def tags(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Tags by id."""
    return await _things(db, TAG, "tags tg", "tg", firm_id, ids)


async def roles(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Account roles by id."""
    return await _things(db, ROLE, "account_roles r", "r", firm_id, ids)


async def contacts(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Contacts (alias c) by id."""
    return await _things(db, CONTACT, "contacts c", "c", firm_id, ids, seen)


async def pipelines_of_jobs(db: Db, firm_id: str, ids: Collection[str], seen: Condition = anything) -> dict[str, Row]:
    """Pipelines (alias pl) by id, deleted ones included."""
    return await _things(db, PIPELINE, "pipelines pl", "pl", firm_id, ids, seen)


async def pipelines(db: Db, firm_id: str, ids: Collection[str], seen: Condition = anything) -> dict[str, Row]:
    """Pipelines (alias pl) by id, deleted ones left out."""
    return await _things(
        db, PIPELINE, "pipelines pl", "pl", firm_id, ids, lambda p: f"pl.deleted_at IS NULL AND {seen(p)}"
    )


async def stages(db: Db, firm_id: str, ids: Collection[str], seen: Condition = anything) -> dict[str, Row]:
    """Stages (alias st) by id, deleted ones included."""
    return await _things(db, STAGE, "stages st", "st", firm_id, ids, seen)


async def statuses(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """Job statuses by id."""
    return await _things(db, STATUS, "job_statuses js", "js", firm_id, ids)


async def visits(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> dict[str, Row]:
    """Stage visits (alias v, their job alias j) by id."""
    tables = "stage_visits v JOIN jobs j ON j.firm_id = v.firm_id AND j.id = v.job_id"
    return await _things(db, VISIT, tables, "v", firm_id, ids, seen)


async def _things(
    db: Db, columns: str, tables: str, alias: str, firm_id: str, ids: Collection[str], seen: Condition = anything
) -> dict[str, Row]:
    p = Params(firm_id, list(ids))
    sql = f"SELECT {columns} FROM {tables} WHERE {alias}.firm_id = $1 AND {alias}.id = ANY($2) AND {seen(p)}"
    return _by_id(await db.rows(sql, *p.values)) if ids else {}


async def all_tags(db: Db, firm_id: str) -> list[Row]:
    """The firm's tags by name."""
    return await db.rows(f"SELECT {TAG} FROM tags tg WHERE tg.firm_id = $1 ORDER BY lower(tg.name), tg.id", firm_id)


async def all_roles(db: Db, firm_id: str) -> list[Row]:
    """The firm's account roles by name."""
    return await db.rows(
        f"SELECT {ROLE} FROM account_roles r WHERE r.firm_id = $1 ORDER BY lower(r.name), r.id", firm_id
    )


async def all_statuses(db: Db, firm_id: str) -> list[Row]:
    """The firm's job statuses: built-in ones first, then the custom ones by name."""
    return await db.rows(
        f"SELECT {STATUS} FROM job_statuses js WHERE js.firm_id = $1 ORDER BY {_STATUS_ORDER}", firm_id
    )


_STATUS_ORDER: Final = (
    "array_position(ARRAY['ACTIVE', 'COMPLETED', 'ARCHIVED', 'CUSTOM'], js.state), lower(js.name), js.id"
)


async def tags_of_accounts(db: Db, firm_id: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """Tags by name."""
    found = await db.rows(
        f"""
        SELECT x.parent_ids, {TAG} FROM (
            SELECT tag_id, array_agg(account_id) AS parent_ids FROM account_tags
            WHERE firm_id = $1 AND account_id = ANY($2) GROUP BY 1
        ) AS x JOIN tags tg ON tg.firm_id = $1 AND tg.id = x.tag_id ORDER BY lower(tg.name), tg.id
        """,
        firm_id,
        list(ids),
    )
    return shared(found)


async def roles_of_accounts(db: Db, firm_id: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """Who holds which account role, by the role's name."""
    found = await db.rows(
        """
        SELECT x.account_id AS parent_id, x.role_id AS id, r.name, x.member_id FROM account_role_members x
        JOIN account_roles r ON r.firm_id = $1 AND r.id = x.role_id
        WHERE x.firm_id = $1 AND x.account_id = ANY($2) ORDER BY lower(r.name), x.role_id, x.member_id
        """,
        firm_id,
        list(ids),
    )
    return grouped(found)


async def accounts_seen(db: Db, firm_id: str, ids: Collection[str], seen: Condition) -> set[str]:
    """Which of the accounts (alias a) meet a condition."""
    return set(await accounts(db, firm_id, ids, seen))


async def stages_of_pipelines(db: Db, firm_id: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """Stages in order."""
    found = await db.rows(
        f"""
        SELECT st.pipeline_id AS parent_id, {STAGE} FROM stages st
        WHERE st.firm_id = $1 AND st.pipeline_id = ANY($2) AND st.deleted_at IS NULL ORDER BY st.position
        """,
        firm_id,
        list(ids),
    )
    return grouped(found)


async def statuses_of_pipelines(db: Db, firm_id: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """Enabled statuses: the built-in ones, and the custom ones of the pipeline."""
    found = await db.rows(
        f"""
        SELECT parent.id AS parent_id, {STATUS} FROM unnest($2::text[]) AS parent (id)
        JOIN job_statuses js ON js.firm_id = $1 AND (js.state <> 'CUSTOM' OR EXISTS (
            SELECT FROM pipeline_statuses x WHERE x.firm_id = $1 AND x.pipeline_id = parent.id AND x.status_id = js.id))
        ORDER BY {_STATUS_ORDER}
        """,
        firm_id,
        list(ids),
    )
    return grouped(found)


async def allowed_moves_of_pipelines(db: Db, firm_id: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """The listed moves, in the order of the stages."""
    found = await db.rows(
        """
        SELECT a.pipeline_id AS parent_id, a.from_stage_id, a.to_stage_id FROM allowed_moves a
        JOIN stages f ON f.firm_id = $1 AND f.id = a.from_stage_id
        JOIN stages t ON t.firm_id = $1 AND t.id = a.to_stage_id
        WHERE a.firm_id = $1 AND a.pipeline_id = ANY($2) ORDER BY f.position, t.position
        """,
        firm_id,
        list(ids),
    )
    return grouped(found)


async def status_settings_of_pipelines(db: Db, firm_id: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """What the enabled custom statuses do by themselves, by their names."""
    found = await db.rows(
        """
        SELECT x.pipeline_id AS parent_id, x.status_id, x.automove FROM pipeline_statuses x
        JOIN job_statuses js ON js.firm_id = $1 AND js.id = x.status_id
        WHERE x.firm_id = $1 AND x.pipeline_id = ANY($2) ORDER BY lower(js.name), js.id
        """,
        firm_id,
        list(ids),
    )
    return grouped(found)


async def assignees(db: Db, firm_id: str, table: str, column: str, ids: Collection[str]) -> Mapping[str, list[Row]]:
    """Members assigned to jobs or tasks, by name. The names of table and column are our code's."""
    found = await db.rows(
        f"""
        SELECT x.parent_ids, {MEMBER} FROM (
            SELECT member_id, array_agg({column}) AS parent_ids FROM {table}
            WHERE firm_id = $1 AND {column} = ANY($2) GROUP BY 1
        ) AS x JOIN members m ON m.firm_id = $1 AND m.id = x.member_id JOIN users u ON u.id = m.user_id
        ORDER BY lower(m.name), m.id
        """,
        firm_id,
        list(ids),
    )
    return shared(found)


def grouped(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Rows by their ``parent_id``, in order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["parent_id"], []).append(row)
    return found


def shared(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Rows by each of their ``parent_ids``, in order: what belongs to many is one row, and one object in an answer."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        for parent_id in row["parent_ids"]:
            found.setdefault(parent_id, []).append(row)
    return found


def _by_id(rows: Sequence[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}


API_TOKEN: Final = """
    s.id, s.firm_id, s.member_id, s.name, s.scopes, s.created_at, s.expires_at, s.revoked_at, s.last_used_at,
    'ApiToken' AS "__typename"
"""


async def api_tokens(db: Db, firm_id: str, ids: Collection[str]) -> dict[str, Row]:
    """API tokens by id, without the tokens themselves."""
    sql = f"SELECT {API_TOKEN} FROM sessions s WHERE s.firm_id = $1 AND s.id = ANY($2) AND s.kind = 'API_TOKEN'"
    return _by_id(await db.rows(sql, firm_id, list(ids)))


async def api_tokens_of(db: Db, firm_id: str, member_id: str, now: datetime) -> list[Row]:
    """A member's live API tokens, newest first."""
    return await db.rows(
        f"""
        SELECT {API_TOKEN} FROM sessions s WHERE s.firm_id = $1 AND s.member_id = $2 AND s.kind = 'API_TOKEN'
            AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $3) ORDER BY s.created_at DESC, s.id
        """,
        firm_id,
        member_id,
        now,
    )


async def pipelines_of(db: Db, firm_id: str, member_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The pipelines on whose lists members are."""
    found = await db.rows(
        "SELECT member_id, array_agg(pipeline_id) AS ids FROM pipeline_members"
        " WHERE firm_id = $1 AND member_id = ANY($2) GROUP BY 1",
        firm_id,
        list(member_ids),
    )
    return {row["member_id"]: frozenset(row["ids"]) for row in found}
