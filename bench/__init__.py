"""Measurements that print figures; never part of the test run.

``python -m bench`` runs them all and ends with the limits, exit code 1 if one is missed.
``python -m bench commands`` runs one.

====================  ==============================================================================================
``commands``          every command: round trips, Redis time next to a no-op script, time of the whole Lambda handler
``durability``        what a confirm costs at each level of DURABILITY
``cold``              cold start, in fresh processes
``seatmap``           the map of 50,000 seats in Chromium: first paint, frames a second, how soon a taken seat turns
``queue``             a million joins: no gap; status and join next to a queue of a thousand; bytes a user and a seat
``drain``             a sale that opens for that million: people let in per second, and the polls that come between
``lock_oversells``    a demonstration, run by itself: a lock sells a seat twice where one script sells it once
====================  ==============================================================================================

Beside them: ``service`` is what is measured, ``stage`` the events in it, ``scenes`` the state in which each command is,
``crowd`` the people, ``room`` the long queues, ``report`` what is printed.
"""
