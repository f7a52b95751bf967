"""The firms that `stageline seed` makes, with their people, clients and pipelines: all firms in one statement a table.

``$1`` is the tail of the ids, ``$2`` the time, where a statement has one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from store.database import Db
from store.writes.log import encode
from store.writes.seed_numbers import MEMBERS, STAGES, STATUSES, TAGS, Seeding, chance, ident, roll

STAGE_NAMES: Final = (
    "New",
    "Documents requested",
    "Documents received",
    "In preparation",
    "Questions",
    "Review",
    "With the client",
    "Done",
)
PIPELINE_NAMES: Final = ("Tax returns", "Bookkeeping", "Payroll", "Annual accounts", "Advice", "New clients")
TAG_NAMES: Final = (
    "VIP",
    "New",
    "Monthly",
    "Quarterly",
    "Company",
    "Sole trader",
    "Abroad",
    "Heirs",
    "Farm",
    "Medical",
    "Landlord",
    "Audit",
)
COLORS: Final = ("#1E88E5", "#43A047", "#FB8C00", "#E53935", "#8E24AA", "#00897B")
FIRST_NAMES: Final = ("Ada", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Karla", "Leo")
LAST_NAMES: Final = ("Berg", "Lind", "Falk", "Stern", "Vogel", "Winter", "Brandt", "Kern", "Roth", "Sommer", "Wolf")
TRADES: Final = ("Bakery", "Carpentry", "Consulting", "Dental practice", "Farm", "Garage", "Hotel", "Optics", "Studio")


async def begin(db: Db) -> bool:
    """Whether nobody else seeds this database until the end of the transaction."""
    begun: bool = await db.value("SELECT pg_try_advisory_xact_lock(hashtextextended('seed', 0))")
    return begun


async def firms(db: Db, seeding: Seeding, now: datetime) -> None:
    """The firms, their logs, which begin empty, and their statuses."""
    firm = ident("firm", "f")
    await db.rows(
        f"""
        WITH firm AS (
            INSERT INTO firms (id, name, time_zone, clock_date, currency, created_at, updated_at)
            SELECT {firm}, 'Firm ' || f + 1, 'UTC', ($2::timestamptz AT TIME ZONE 'UTC')::date, 'EUR', $2, $2
            FROM generate_series(0, {seeding.firms - 1}) AS f
        ), head AS (
            INSERT INTO event_heads (firm_id) SELECT {firm} FROM generate_series(0, {seeding.firms - 1}) AS f
        )
        INSERT INTO job_statuses (id, firm_id, name, state, pauses, on_board, created_at, updated_at)
        SELECT {ident("status", f"f * {STATUSES} + s.n")}, {firm}, s.name, s.state, s.pauses, s.on_board, $2, $2
        FROM generate_series(0, {seeding.firms - 1}) AS f CROSS JOIN (VALUES
            (0, 'Active', 'ACTIVE', FALSE, TRUE), (1, 'Completed', 'COMPLETED', FALSE, TRUE),
            (2, 'Archived', 'ARCHIVED', TRUE, FALSE), (3, 'On hold', 'CUSTOM', TRUE, TRUE)
        ) AS s (n, name, state, pauses, on_board)
        """,
        seeding.tail,
        now,
    )


async def people(db: Db, seeding: Seeding, now: datetime, password_hash: str) -> None:
    """Members with one password: number 0 of a firm is its owner, 1 an admin, 2 an employee who sees half of it."""
    await db.rows(
        f"""
        WITH person AS (
            SELECT m, m / {MEMBERS} AS f, m % {MEMBERS} AS k,
                ($4::text[])[1 + m % {len(FIRST_NAMES)}] || ' ' || ($5::text[])[1 + m / 7 % {len(LAST_NAMES)}] AS name
            FROM generate_series(0, {seeding.firms * MEMBERS - 1}) AS m
        ), login AS (
            INSERT INTO users (id, email, name, password_hash, created_at)
            SELECT {ident("user", "m")}, 'member' || m + 1 || '.{seeding.seed}@seed.test', name, $3, $2 FROM person
        )
        INSERT INTO members (id, firm_id, user_id, name, role, rights, joined_at, created_at, updated_at)
        SELECT {ident("member", "m")}, {ident("firm", "f")}, {ident("user", "m")}, name,
            CASE k WHEN 0 THEN 'OWNER' WHEN 1 THEN 'ADMIN' ELSE 'EMPLOYEE' END,
            CASE WHEN k > 4 THEN ARRAY['MANAGE_ACCOUNTS', 'VIEW_ALL_ACCOUNTS'] ELSE ARRAY[]::text[] END, $2, $2, $2
        FROM person
        """,
        seeding.tail,
        now,
        password_hash,
        FIRST_NAMES,
        LAST_NAMES,
    )


def email(seeding: Seeding, member: int) -> str:
    """The login of a member."""
    return f"member{member + 1}.{seeding.seed}@seed.test"


async def accounts(db: Db, seeding: Seeding, now: datetime) -> None:
    """Accounts with one or two tags each; employees without the right to see all have every other, or two of three."""
    many = seeding.firms * seeding.accounts
    account, firm = ident("account", "a"), ident("firm", "f")
    tag = ident("tag", f"f * {TAGS} + (r + t * 5) % {TAGS}")
    await db.rows(
        f"""
        WITH tag AS (
            INSERT INTO tags (id, firm_id, name, color, created_at, updated_at)
            SELECT {ident("tag", "t")}, {ident("firm", f"t / {TAGS}")},
                ($3::text[])[1 + t % {TAGS}], ($4::text[])[1 + t % {len(COLORS)}], $2, $2
            FROM generate_series(0, {seeding.firms * TAGS - 1}) AS t
        ), client AS (
            SELECT a, a / {seeding.accounts} AS f, {roll(chance("'account' || a"), 0, 600)} AS r
            FROM generate_series(0, {many - 1}) AS a
        ), account AS (
            INSERT INTO accounts (id, firm_id, name, created_at, updated_at)
            SELECT {account}, {firm}, ($5::text[])[1 + r % {len(LAST_NAMES)}] || ' '
                || ($6::text[])[1 + a % {len(TRADES)}] || ' ' || 1 + a % {seeding.accounts}, $2, $2
            FROM client
        ), tagged AS (
            INSERT INTO account_tags (firm_id, account_id, tag_id)
            SELECT {firm}, {account}, {tag} FROM client CROSS JOIN LATERAL generate_series(0, r % 2) AS t
        )
        INSERT INTO member_accounts (firm_id, member_id, account_id)
        SELECT {firm}, {ident("member", f"f * {MEMBERS} + k")}, {account}
        FROM client CROSS JOIN generate_series(2, 4) AS k
        WHERE CASE k WHEN 2 THEN a % 2 = 0 ELSE (a + k) % 3 <> 0 END
        """,
        seeding.tail,
        now,
        TAG_NAMES,
        COLORS,
        LAST_NAMES,
        TRADES,
    )


async def pipelines(db: Db, seeding: Seeding, now: datetime) -> None:
    """Pipelines of the owner with their stages, available to four of five employees, with one status of the firm's."""
    pipeline, firm = ident("pipeline", "p"), ident("firm", "f")
    stage = ident("stage", f"p * {STAGES} + s")
    name = f"($3::text[])[1 + i % {len(PIPELINE_NAMES)}] || ' ' || 1 + i / {len(PIPELINE_NAMES)}"
    await db.rows(
        f"""
        WITH given AS (
            SELECT p, {seeding.firm_of("p")} AS f, {seeding.in_firm("p")} AS i
            FROM generate_series(0, {seeding.pipelines - 1}) AS p
        ), pipeline AS (
            INSERT INTO pipelines (id, firm_id, name, job_sort, created_by, created_at, updated_at)
            SELECT {pipeline}, {firm}, {name}, 'MANUAL', {ident("member", f"f * {MEMBERS}")}, $2, $2 FROM given
        ), stage AS (
            INSERT INTO stages (id, firm_id, pipeline_id, name, position, created_at, updated_at)
            SELECT {stage}, {firm}, {pipeline}, ($4::text[])[1 + s], s, $2, $2
            FROM given CROSS JOIN generate_series(0, {STAGES - 1}) AS s
        ), enabled AS (
            INSERT INTO pipeline_statuses (firm_id, pipeline_id, status_id)
            SELECT {firm}, {pipeline}, {ident("status", f"f * {STATUSES} + 3")} FROM given
        )
        INSERT INTO pipeline_members (firm_id, pipeline_id, member_id)
        SELECT {firm}, {pipeline}, {ident("member", f"f * {MEMBERS} + k")}
        FROM given CROSS JOIN generate_series(0, {MEMBERS - 1}) AS k
        WHERE k = 0 OR (k > 1 AND (i + k) % 5 <> 0)
        """,
        seeding.tail,
        now,
        PIPELINE_NAMES,
        STAGE_NAMES,
    )


async def tokens(db: Db, now: datetime, lines: Sequence[dict[str, Any]]) -> None:
    """API tokens, with their lines in the audit log.

    A line has id, firm_id, member_id, audit_id, name, scopes, and the digest of the token in hexadecimal digits.
    """
    await db.rows(
        """
        WITH given AS (
            SELECT * FROM jsonb_to_recordset($2::jsonb) AS g (id text, firm_id text, member_id text, audit_id text,
                name text, scopes text[], digest text)
        ), noted AS (
            INSERT INTO audit (id, firm_id, at, actor_id, action, subject_id, detail)
            SELECT audit_id, firm_id, $1, member_id, 'token.created', id,
                jsonb_build_object('name', name, 'scopes', scopes)
            FROM given
        )
        INSERT INTO sessions (id, firm_id, member_id, kind, name, scopes, token_hash, created_at)
        SELECT id, firm_id, member_id, 'API_TOKEN', name, scopes, decode(digest, 'hex'), $1 FROM given
        """,
        now,
        encode(list(lines)),
    )


async def analyze(db: Db) -> None:
    """Has the database look at what it holds now, so that it plans well from the first query on."""
    await db.rows("ANALYZE")
