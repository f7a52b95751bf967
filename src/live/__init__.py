"""The event log's readers: cursors, replay, wake-ups. Sees the store, not the engine."""
