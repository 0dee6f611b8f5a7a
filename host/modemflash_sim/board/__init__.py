"""The simulated board: a real MicroPython whose hardware is the simulator.

    profiles    what each board is, as data
    process     `BoardProcess`: boot, run, power, cuts; what was seen of it
    child       the MicroPython process
    answers     what each of its requests does
    uart        the UART with its traps, at the modem's wire; receiver: its receiving half
    hardware    everything else: LED, NVS, watchdog, hashes, boot flags
    plugged     the same at a USB cable: console (repl), mirror mode, hands; pc_end: the PC's side
    pic         the PIC of a shield, between the cable and the board
    at_door     a plugged board behind a door, in real time; by_hand: for a person
    drives      SD card and /flash as FAT images in files
    fat         these images, made and read from outside
    course      time, and what strikes on its way
    requests    the numbers that both sides of the pipe agree on
    inside/     what runs in the MicroPython: modules of a Pycom board

Rules that hold here: all time is the simulator's, in integer microseconds;
nothing is random; whatever the board does goes through one counted request, so
that a test can cut the power at each of them in turn. Facts: docs/boards.md.
"""
