"""The client portal."""
