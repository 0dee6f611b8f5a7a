"""modemflash on a PC: ports, files, the command line, and the simulated modem."""
