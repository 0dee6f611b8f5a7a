"""The simulated board: a real MicroPython whose hardware is the simulator.

    profiles       what each board is, as data
    process        `BoardProcess`: boot, run, power, cuts; what was seen of it
    child          the MicroPython process; requests: the numbers that both sides of its pipe agree on
    answers        what each of its requests does
    uart           the UART with its traps, at the modem's wire; receiver: its receiving half
    hardware       everything else: LED, NVS, watchdog, hashes, boot flags
    drives         SD card and /flash as FAT images in files; fat: these, made and read from outside
    scheduler      time, and what is due in it
    usb_board      the same at a USB cable: pc_end is the PC's side, pc_turns when it acts;
                   board_thread: the board's thread
    mirror_bridge  mirror mode
    repl           the console; console_traits: how releases differ; python: what runs behind it,
                   board_python in virtual, console_python in real time
    pic            the PIC of a shield, between the cable and the board
    serve_board    a USB board at an endpoint, in real time; interactive: for a person
    esp32_rom      the chip's ROM loader; modem_manager: a foreign program that takes every port
    inside/        what runs in the MicroPython: modules of a Pycom board

Rules that hold here: all time is the simulator's, in integer microseconds;
nothing is random; whatever the board does goes through one counted request, so
that a test can cut the power at each of them in turn. Facts: docs/boards.md.
"""
