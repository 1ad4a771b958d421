"""Measurements that print figures; never part of the test run.

``python -m bench`` runs them all and ends with the limits, exit code 1 if one is over.
``python -m bench commands`` runs one.

====================  ==============================================================================================
``commands``          every command: round trips, Redis time next to a no-op script, time of the whole Lambda handler
``queue``             status and join in a queue of a thousand and of a million; bytes a waiting user and a seat
``cold``              cold start, in fresh processes
``lock_oversells``    a demonstration, run by itself: a lock sells a seat twice where one script sells it once
====================  ==============================================================================================

Beside them: ``service`` is what is measured, ``scenes`` the state in which each command is, ``crowd`` the people in it,
``report`` what is printed.
"""
