"""Plain changes of single rows, through the ORM."""

from datetime import datetime
from typing import Any

from tortoise.expressions import F
from tortoise.models import Model

from store.database import Db
from store.models.base import FirmThing


async def make(db: Db, model: type[Model], **values: Any) -> None:
    """Inserts a row."""
    await model.create(using_db=db.client, **values)  # type: ignore[unused-awaitable]  # the model itself can be awaited, for its relations


async def change(db: Db, model: type[FirmThing], firm_id: str, thing_id: str, now: datetime, **values: Any) -> None:
    """Changes a thing of a firm and counts its version up."""
    rows = model.filter(firm_id=firm_id, id=thing_id).using_db(db.client)
    await rows.update(**values, updated_at=now, version=F("version") + 1)


async def drop(db: Db, model: type[FirmThing], firm_id: str, thing_id: str) -> None:
    """Deletes a thing of a firm."""
    await model.filter(firm_id=firm_id, id=thing_id).using_db(db.client).delete()
