"""The tests: what is promised, proved on real servers."""
