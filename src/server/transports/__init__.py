"""How GraphQL comes in and goes out: over HTTP, Server-Sent Events and WebSockets."""
