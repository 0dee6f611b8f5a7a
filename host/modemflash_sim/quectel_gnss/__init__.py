"""A simulated GNSS module of Quectel's LG290P kind.

Rule: it is written from the description of the protocol, and knows nothing of the
program that talks to it.
"""
