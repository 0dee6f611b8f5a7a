"""A simulated Quectel modem with its ports: AT and DIAG while it runs, Sahara and Firehose in EDL.

Rule: it is written from the descriptions of the protocols, and knows nothing of the
program that talks to it.
"""
