"""The data: Tortoise models, migrations, and all SQL. Knows no rule of the domain."""
