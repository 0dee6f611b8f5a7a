"""Sequans Monarch modems, on Pycom boards and elsewhere: the engine seen from the PC."""
