"""Items for clients: their whole life, for members and for clients (AI1 to AI3, RM1)."""
