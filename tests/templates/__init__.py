"""Templates of every sort: their versions and copies, task templates, and what is made by them."""
