"""The client portal: who of the clients comes in, and what they do there (AC5)."""
