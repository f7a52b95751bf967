"""The test suite. Every test is named as a claim."""
