"""Every command on three real backends."""
