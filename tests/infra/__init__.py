"""What starts and packages the service."""
