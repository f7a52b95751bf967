"""The firm's calendar: its working days and holidays."""

from collections.abc import Collection, Mapping

from store.database import Db, Row
from store.reads.things import grouped


async def calendar(db: Db, firm_id: str) -> Row:
    """What decides on which days the firm works; ``own_holidays`` are dates."""
    row = await db.row(
        """
        SELECT time_zone, working_days, holiday_region,
            ARRAY(SELECT day FROM firm_holidays WHERE firm_id = $1) AS own_holidays
        FROM firms WHERE id = $1
        """,
        firm_id,
    )
    assert row is not None  # whoever asks acts in a firm
    return row


async def holidays_of_firms(db: Db, firm_ids: Collection[str]) -> Mapping[str, list[Row]]:
    """The firms' own holidays, by day."""
    return grouped(
        await db.rows(
            "SELECT firm_id AS parent_id, day, name FROM firm_holidays WHERE firm_id = ANY($1) ORDER BY day",
            list(firm_ids),
        )
    )
