"""The service against its own OpenAPI document: schemathesis in all its phases, on the real handler and a real server.

``make fuzz`` plays every pass, 20,000 cases in all; ``test_fuzz.py`` a few hundred of them on the same code.
"""
