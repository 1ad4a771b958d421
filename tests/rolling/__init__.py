"""A deployment while people buy: processes of the previous release and of this one serve the same events."""
