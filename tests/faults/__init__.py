"""What the service does when Redis does not."""
