"""Numbered migrations, applied by ``stageline migrate``."""
