"""Tickets and orders: hold, confirm, cancel."""
