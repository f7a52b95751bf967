"""SET_CLIENT_STATUS: what the client may see of where the job stands."""

from dataclasses import dataclass

from engine.automating import setting
from engine.automating.kinds import Batch, Kind
from engine.firm import client_statuses


@dataclass(frozen=True, slots=True)
class SetClientStatus:
    """The status."""

    client_status_id: str | None = setting.ref(
        "clientstatus", "The client-facing status; none takes it away.", default=None
    )


async def run(batch: Batch[SetClientStatus]) -> None:
    """The same for every job."""
    await client_statuses.put(batch.work, [turn.job for turn in batch.turns], batch.config.client_status_id)


KIND = Kind("SET_CLIENT_STATUS", "Gives the job a client-facing status.", SetClientStatus, run)
