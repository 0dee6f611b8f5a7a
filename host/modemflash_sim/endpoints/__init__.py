"""Endpoints of simulated devices: how programs that know nothing of the simulation reach them.

    direction  one direction of a serial line, as arithmetic in microseconds
    noise      what a UART makes of bytes at a wrong rate
    wire       `Device`, and the two directions to it; has no clock of its own
    pace       the pump: a wire in real time, with an endpoint at the far end
    pty        a pseudo terminal, for any program that opens a serial device
    tcp        a plain TCP server, for socket:// URLs
    rfc2217    a TCP server that also carries the rate and the control lines
    usb2tcp    the same for a device's USB, in one vendor's frames
    usb_ports  several USB ports of one device, which come and go
    virtual    a wire in virtual time, as the engine's port and clock
    pipe       a wire in virtual time, in lock-step with a child process
    serve      opens an endpoint for a test or the command line

Rules: any device that fits `wire.Device` is served, none is known here; time goes one way
only, from a clock into `wire`; nothing below `pace` reads a clock, so the same wire runs in
real and in virtual time.
"""
