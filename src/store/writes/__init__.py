"""The statements of the engine's commands: locks, look-ups under them, and changes."""
