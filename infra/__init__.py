"""What starts, packages and deploys the service; nothing here runs on Lambda."""
