"""The tests are tested: ``python -m tests.sabotage`` breaks one rule after the other, and the suite must notice each."""
