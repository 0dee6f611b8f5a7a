"""Doors of the simulated device: how programs that know nothing of it get in.

    lane     one direction of a serial line, as arithmetic in microseconds
    noise    what a UART makes of bytes at a wrong rate
    wire     a device and the two lanes to it; knows no clock of its own
    pace     the pump: a wire in real time, with a door's endpoint at the far end
    pty      a pseudo terminal, for any program that opens a serial device
    tcp      a plain TCP server, for socket:// URLs
    rfc2217  a TCP server that also carries the rate and the control lines
    virtual  a wire in virtual time, as the engine's port and clock
    pipe     a wire in virtual time, in lock-step with a child process
    serve    opens a door for a test or the command line
    apart    the same in a process of its own, for benchmarks

Rule: time goes one way only, from a clock into `wire`; nothing below `pace`
reads a clock, so the same wire runs in real and in virtual time.
"""
