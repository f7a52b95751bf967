"""The trash: deleted jobs and accounts wait in it for some time, and come back whole (JB3)."""
