"""Members' access to accounts."""

from collections.abc import Collection, Mapping

from store.database import Db

People = Mapping[str, Collection[str]]
"""Members by account."""


async def grant(db: Db, firm_id: str, people: People) -> dict[str, list[str]]:
    """Gives access; answers the accounts that are new to each member."""
    return await _change(
        db,
        "INSERT INTO member_accounts (firm_id, member_id, account_id)"
        " SELECT $1, p.member_id, p.account_id FROM unnest($2::text[], $3::text[]) AS p (account_id, member_id)"
        " ON CONFLICT DO NOTHING RETURNING member_id, account_id",
        firm_id,
        people,
    )


async def withdraw(db: Db, firm_id: str, people: People) -> dict[str, list[str]]:
    """Takes access away; answers the accounts that each member has lost."""
    return await _change(
        db,
        "DELETE FROM member_accounts m USING unnest($2::text[], $3::text[]) AS p (account_id, member_id)"
        " WHERE m.firm_id = $1 AND m.account_id = p.account_id AND m.member_id = p.member_id"
        " RETURNING m.member_id, m.account_id",
        firm_id,
        people,
    )


async def _change(db: Db, sql: str, firm_id: str, people: People) -> dict[str, list[str]]:
    pairs = sorted({(account_id, member_id) for account_id, some in people.items() for member_id in some})
    found: dict[str, list[str]] = {}
    if pairs:
        for row in await db.rows(sql, firm_id, [pair[0] for pair in pairs], [pair[1] for pair in pairs]):
            found.setdefault(row["member_id"], []).append(row["account_id"])
    return found
