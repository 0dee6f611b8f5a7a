"""Runs in the vendor client's own environment: one transfer of one file through one port.

    python vendor_driver.py PORT FILE zip|plain

Rules: the client is a black box, called as its users call it; when it fails only
the kind of its error is told. The last line says how many seconds the transfer
took, from the AT command on, without the start of the interpreter.
"""

import sys
import time
from pathlib import Path

import serial
from pysequansutils import stp  # type: ignore[import-not-found]

CONTAINER = 4
BAUD = 921_600

port, file, compression = sys.argv[1:]
start = time.monotonic()
with serial.Serial(port, BAUD, timeout=10) as modem:
    modem.write(b'AT+SMSTPU="ON_THE_FLY"\r\n')
    reply = modem.read_until(b"OK\r\n")
if not reply.endswith(b"OK\r\n"):
    sys.exit("the modem did not start a transfer: " + repr(reply))
try:
    with Path(file).open("rb") as image:
        stp.start(
            device=port,
            dev_type="serial",
            elf=image,
            baud=BAUD,
            AT=False,
            zip=compression == "zip",
            datatype=CONTAINER,
        )
except Exception as error:  # noqa: BLE001 (whatever it is, only its kind is told)
    sys.exit("the vendor's client gave up: " + type(error).__name__)
print("seconds:", time.monotonic() - start)
