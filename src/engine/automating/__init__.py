"""What attaches, runs and holds automations; the kinds themselves are in ``engine.automations``."""
