"""The contract in code: types, inputs, errors, schema. Declarations only: no queries, no rules."""
