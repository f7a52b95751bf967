"""GraphQL over WebSocket, by the protocol graphql-transport-ws (LV6)."""

from server.transports.socket.view import answer

__all__ = ["answer"]
