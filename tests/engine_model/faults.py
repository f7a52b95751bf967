"""Tasks that cannot be made: the database itself refuses their titles."""

from __future__ import annotations

from store.database import Database

MAKE = """
CREATE TABLE model_poison (title text PRIMARY KEY);
CREATE FUNCTION model_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM model_poison p WHERE p.title = NEW.title) THEN
        RAISE EXCEPTION 'The test lets no task have the title %.', NEW.title;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER model_poison BEFORE INSERT ON all_items FOR EACH ROW EXECUTE FUNCTION model_poison();
"""
DROP = "DROP TRIGGER model_poison ON all_items; DROP FUNCTION model_poison(); DROP TABLE model_poison;"


async def make(database: Database) -> None:
    """Lets titles be refused from now on."""
    await database.client.execute_script(MAKE)


async def drop(database: Database) -> None:
    """Takes every trace of it away."""
    await database.client.execute_script(DROP)


async def poison(database: Database, titles: set[str]) -> None:
    """The titles that are refused now."""
    await database.rows("DELETE FROM model_poison")
    await database.rows("INSERT INTO model_poison SELECT unnest($1::text[])", sorted(titles))
