"""The web pages: a buyer's way from the queue to the ticket, and an organiser's desk. They use only the API."""
