"""The ticketing service behind ``app.py``; start reading where your question is.

==================  ================================================================================================
``errors``          every refusal the service can give: one word, its kind, its title
``ids``             how ids are made and parsed, and how any id names its event
``keys``            the Redis schema: every key, its type, what stands in it
``fields``          the field types that several models share: instants, texts, money
``seeds``           what is derived from the operator's key for the draw of an event
``caller``          who asks, as the rules of the sale need to know it
``settings``        the environment, read once
``store``           the only maker of Redis clients; timeouts, the one retry, errors
``durability``      what must be true of a confirm before it is acknowledged
``scripting``       runs ``lua/<command>.lua``: one command is one function is one round trip
``lua/``            the contested rules; ``prelude/`` is the event's clock and stands before every command
``runtime``         what a warm process keeps: settings, the store, the maker of ids
``ticking``         runs a scheduled function over all events, tick by tick, until its time is over
``http/``           from a request to a handler and back; the only place where an error becomes HTTP
``events/``         events, seats, and the erasure of a person
``queue/``          the waiting room: join, position, status, refresh, leave, process, the draw, figures, the drain
``tickets/``        purchase, orders, confirm, cancel, the code of a ticket, the door
``auditor/``        an event counted again: what differs, and counters mended
``outbox/``         what happened, told to an event bus
``archive/``        an event that was over long ago: its report, and its end
``pages/``          the web pages: their shells and files; they use nothing but the API
==================  ================================================================================================

A slice is ``model`` (shapes, pure), ``service`` (one function a verb) and ``routes`` (its part of the route table).
"""

__version__ = "0.1.0"
