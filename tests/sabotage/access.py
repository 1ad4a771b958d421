"""Sabotages of who may do what: tokens, owners, organisers."""

from __future__ import annotations

from tests.sabotage.sabotage import Sabotage

_OPTIONS = 'options={"require": _REQUIRED}'

# What is done, in which script, and the check that it is the caller's.
_OF_ANOTHER_PERSON = (
    ("read the place", "status", "is_mine(user) and redis.call('HGET', ENTRIES, user)"),
    ("read the session", "status", " or not is_mine(s.user)"),
    ("refresh the session", "refresh", " or not is_mine(s.user)"),
    ("give up the place", "leave", " or not is_mine(s.user)"),
    ("read the ticket", "tickets", " or not may_handle(t.user, kind == 'ticket' and organiser)"),
    ("read the order", "tickets", "    if not is_mine(user) then return refuse('order_not_found') end\n"),
    ("settle the ticket", "settle", " or not may_handle(t.user, action == 'cancel' and organiser)"),
    ("settle the order", "settle", "    if not is_mine(user) then return refuse('order_not_found') end\n"),
)
_OF_ANOTHER_ORGANISER = (
    ("change the event", "update_event"),
    ("delete the event", "delete_event"),
    ("add seats to the event", "add_seats"),
    ("change the seats of the event", "change_seats"),
    ("let people into the event", "process"),
    ("read the figures of the event", "stats"),
    ("erase people from the event", "erase"),
    ("let people in at the door of the event", "check_in"),
)

ACCESS = (
    *(
        Sabotage(
            f"anybody may {what} of another person",
            f"lua/{script}.lua",
            check,
            "redis.call('HGET', ENTRIES, user)" if check.startswith("is_mine") else "",
            harm="who sees an id in a photograph has what it names",
            guess="integration/test_owners.py",
        )
        for what, script, check in _OF_ANOTHER_PERSON
    ),
    *(
        Sabotage(
            f"any organiser may {what} of another",
            f"lua/{script}.lua",
            "if not is_mine(ev.organiser_id) then return refuse('not_your_event') end\n",
            "",
            harm="a competitor has the sale in hand",
            guess="http/test_contract.py",
        )
        for what, script in _OF_ANOTHER_ORGANISER
    ),
    Sabotage(
        "a token without a signature is taken",
        "http/auth.py",
        "    if algorithm == _SYMMETRIC:",
        '    if str(algorithm).lower() == "none":\n'
        '        return dict(jwt.decode(token, options={"verify_signature": False}))\n'
        "    if algorithm == _SYMMETRIC:",
        harm="anybody is anybody",
        guess="http/test_auth.py",
    ),
    Sabotage(
        "the signature of a token is not checked",
        "http/auth.py",
        _OPTIONS,
        'options={"require": _REQUIRED, "verify_signature": False}',
        harm="anybody is anybody",
        guess="http/test_auth.py",
    ),
    Sabotage(
        "the end of a token is not checked",
        "http/auth.py",
        _OPTIONS,
        'options={"require": _REQUIRED, "verify_exp": False}',
        harm="a token that was lost once is lost for ever",
        guess="http/test_auth.py",
    ),
    Sabotage(
        "the audience of a token is not checked",
        "http/auth.py",
        _OPTIONS,
        'options={"require": _REQUIRED, "verify_aud": False}',
        harm="a token for another shop is one for this",
        guess="http/test_auth.py",
    ),
    Sabotage(
        "the issuer of a token is not checked",
        "http/auth.py",
        _OPTIONS,
        'options={"require": _REQUIRED, "verify_iss": False}',
        harm="whoever has a key of the provider is the provider",
        guess="http/test_auth.py",
    ),
    Sabotage(
        "a token needs no end",
        "http/auth.py",
        '_REQUIRED: Final = ["exp", ',
        "_REQUIRED: Final = [",
        harm="a token that was lost once is lost for ever",
        guess="http/test_auth.py",
    ),
    Sabotage(
        "an hour of leeway",
        "http/auth.py",
        "leeway=settings.auth_leeway_seconds",
        "leeway=3600",
        harm="who was locked out buys for another hour",
        guess="http/test_auth.py",
    ),
    Sabotage(
        "the role of an organiser is not asked for",
        "http/auth.py",
        "if access is Access.ORGANISER and not is_organiser:",
        "if False:",
        harm="any buyer makes events",
        guess="http/test_access.py",
    ),
    Sabotage(
        "an account of the provider can have the name of a guest",
        "http/auth.py",
        '(claims["iss"] == ISSUER or not subject.startswith("~"))',
        "True",
        harm="who registers as somebody's guest has that guest's tickets",
        guess="http/test_provider.py",
    ),
    Sabotage(
        "the token of an account is renewed as a guest's",
        "http/guests.py",
        'if claims["iss"] != auth.ISSUER or not _GUEST.fullmatch(claims["sub"]):',
        "if False:",
        harm="an account that was closed lives on",
        guess="http/test_guests.py",
    ),
    Sabotage(
        "guests are numbered from a small bag",
        "http/guests.py",
        "ids.randbits(_BITS)",
        "ids.randbits(4)",
        harm="strangers are one person, and share their tickets",
        guess="http/test_guests.py",
    ),
    Sabotage(
        "a person is who the request says",
        "caller.py",
        'raise DomainError("identity_mismatch")',
        "return named",
        harm="anybody buys and reads in any name",
        guess="integration/test_owners.py",
    ),
    Sabotage(
        "a session id of one's own choice is taken with a token",
        "caller.py",
        "if self.is_known and not ids.is_ours(session_id):",
        "if False:",
        harm="somebody plants a session in the browser of another",
        guess="integration/test_owners.py",
    ),
    Sabotage(
        "an organiser has the tickets of every event",
        "lua/prelude/6_clock.lua",
        "organiser == '1' and is_mine(ev.organiser_id)",
        "organiser == '1'",
        harm="a competitor cancels what people have paid for",
        guess="integration/test_owners.py",
    ),
    Sabotage(
        "who made an event has its tickets without the role",
        "lua/prelude/6_clock.lua",
        "organiser == '1' and is_mine(ev.organiser_id)",
        "is_mine(ev.organiser_id)",
        harm="a token that was made to buy with is one for the desk",
        guess="integration/test_owners.py",
    ),
    Sabotage(
        "an organiser confirms for a buyer",
        "lua/settle.lua",
        "action == 'cancel' and organiser",
        "organiser",
        harm="people owe for what they never bought",
        guess="integration/test_owners.py",
    ),
    Sabotage(
        "everything is everybody's",
        "lua/prelude/6_clock.lua",
        "return ACTOR == '' or ACTOR == user",
        "return ACTOR == '' or user",
        harm="whoever is logged in has all that there is",
        guess="integration/test_owners.py",
    ),
)
