"""modemflash: the engine that updates the firmware of Sequans Monarch modems.

The same package runs on the board (MicroPython 1.8.6 and newer) and on a PC
(CPython 3.10 and newer). It does no I/O of its own: port, clock, files, store
and reporter are handed in. Importing it costs next to nothing, because the
modules are loaded where they are used.
"""

__version__ = "0.1.0"
