"""The trash: what is deleted is gone for everybody, and comes back whole (JB3)."""
