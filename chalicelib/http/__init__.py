"""From a request to a handler and back; knows Chalice and refusals, no slice."""
