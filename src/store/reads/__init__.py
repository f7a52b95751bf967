"""The reads behind the API: each answers for all parents of a level at once, in one statement."""
