"""How each field gets its data, who may, and which command a mutation calls. One module per subject."""
