"""Simulated devices: modems, boards, and the endpoints through which programs reach them.

    endpoints          a serial line to any device: pty, TCP, RFC 2217, pipe, virtual time
    sequans            Sequans modems
    quectel_gnss       GNSS modules of Quectel's LG290P kind
    quectel_edl        Quectel modems by Sahara and Firehose
    board              Pycom boards with a modem at their pins
    devices            which devices there are; the opener of sim:// addresses
    replay             the module of a capture
    demonstration      the scenario of `modemflash demo`
    address            what sim:// addresses share, and lines whose device is kept in a file
    plain_data         records from JSON
    subprocess_server  a device in a process of its own

Rule: the engine's tables, and what a capture is, are all that is imported of the product.
"""
