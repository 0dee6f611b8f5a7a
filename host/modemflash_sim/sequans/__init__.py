"""The simulated Sequans modem.

    modem           what an endpoint sees: time, bytes, power; puts the parts together
    state           what the parts share: memory, timers, queue of output
    boot_modes      power and boot modes: the state table; directs the two sides
    at_side         AT commands; at_texts has the literal replies
    stp_side        the transfer protocol: stp_reader finds requests, stp_session answers
                    them, stp_frames has their bytes, stp_answers sends answers
    image_receiver  one image on its way in; package walks it, container knows the format
    flashing        what images do to a running modem; install: the table of outcomes
    memory          what the modem remembers, with and without power
    profiles        which modems there are; assumptions: what is only assumed about them
    faults          what can be wrong, by name; corruption: what a bad wire does
    verdict         the modem's own account of an update
    address         sim:// addresses; state_file: a modem that is kept between commands
    images          firmware files to be used with it

Rule: the parts know the state, not each other; what one wants of another is a timer of the
state, or a parameter that `modem` hands in.
"""
