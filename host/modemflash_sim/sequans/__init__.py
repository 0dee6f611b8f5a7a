"""The simulated modem and its doors; it ships with the product.

modem        what a door sees: time, bytes, power; the queue of the modem's words
life         power, boot modes, writing, installing: the state table
at_side      AT commands; at_texts has the literal replies
stp_side     the transfer protocol: stp_reader finds requests, stp_frames has their
             bytes, stp_answers sends answers
intake       one image on its way in; package walks it, container knows the format
install      what an image does to the modem: the table of outcomes
memory       what the modem remembers, with and without power
profiles     which modems there are; beliefs: what is only believed about them
faults       what can be wrong, by name; damage: what a bad wire does
verdict      the modem's own account of an update
virtual      the engine's port and clock in virtual time, and sim:// URLs
state_file   a modem that lives on between commands
images       firmware files to be used with it
modem_manager  a foreign program that takes every port for a modem's
doors        ways in for other programs: pty, TCP, RFC 2217, pipe
"""
