"""The tests are tested: ``make sabotage`` breaks one rule after the other, and the suite must notice each."""
