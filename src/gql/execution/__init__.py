"""Executing operations breadth-first: a whole level of the answer at a time, by a plan made once.

graphql-core visits every field of every object by itself. Here a field is read for all objects of its level at once: a
column of values, turned into what is sent in one go; a field that needs data asks its resolver once for all of them. So
the time goes with the number of fields in the document and the number of values in the answer, not with their product
in calls. What a plan does not cover (introspection, the start of a subscription) is left to graphql-core.

- ``plans``: which plan runs a document; one is kept with the document, for each set of conditions.
- ``compile``: makes a plan of an operation. ``fields``: what it consists of.
- ``shapes``: how a column of values becomes what is sent: leaves, lists, objects.
- ``run``: runs a plan. ``failures``: what went wrong, put in its place at the end, if anything did.
- ``direct``: from the text of a known document to its result. ``extension``: strawberry's hook, for all others.
"""
