"""The codes with which sockets are closed. Those from 4400 on are the protocol's or, from 4410 to 4419, ours."""

from typing import Final

from engine.enums import ErrorCode

MALFORMED: Final = 4400
UNAUTHORIZED: Final = 4401
FORBIDDEN: Final = 4403
NO_SUBPROTOCOL: Final = 4406
INIT_TIMEOUT: Final = 4408
ID_IN_USE: Final = 4409
SESSION_EXPIRED: Final = 4410
SESSION_ENDED: Final = 4411
TOO_SLOW: Final = 4412
SECOND_INIT: Final = 4429
INTERNAL: Final = 1011
GONE: Final = 1006
TRY_LATER: Final = 1013

SESSION_OVER: Final = {ErrorCode.SESSION_EXPIRED: SESSION_EXPIRED, ErrorCode.SESSION_ENDED: SESSION_ENDED}


class Closed(Exception):
    """Ends a connection with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
