r"""What of a Quectel module's talk names nobody: model, revision, radio mode, errors.

Rule: a row names whole fields in the form that they are known to have; an IMEI is
in none of them. Facts: docs/quectel-edl.md.
"""

from __future__ import annotations

from modemflash_host.families.vocabulary import Readable

_MODEL = r"(?:AG|BG|EC|EG|EM|EP|RG|RM)\d{2,3}[A-Z]{0,4}(?:-[A-Z0-9]{1,6})?"
_REVISION = r"[A-Z]{2}\d{2,3}[A-Z0-9]{2,10}R\d{2}A\d{2}[A-Z0-9]{0,6}(?:_\d{2}\.\d{3}\.\d{2}\.\d{3})?"
_XML = r'<\?xml version="1\.0" encoding="UTF-8" \?>'
_NEXT = f"(?:{_XML})?"  # documents follow each other without a break

READABLE = Readable(
    lines=(
        r"OK",
        r"ERROR",
        r"\+CME ERROR: \d{1,4}",
        r"ATI",
        r"AT\+(?:QGMR|CGSN)",
        r"AT\+CFUN(?:\?|=1)",
        r'AT\+QCFGEXT="disusb"',
        r"Quectel",
        rf"(?:Quectel )?{_MODEL}",
        rf"(?:Revision: )?{_REVISION}",
        r"\+CFUN: \d{1,2}",
        r'\+QCFGEXT: "disusb",\d{1,2}',
        _XML,
        r"<data>",
        r'<response value="(?:ACK|NAK|ack|nak)" rawmode="(?:true|false)" ?/></data>' + _NEXT,
        r'<log value="INFO: Calling handler for [a-z0-9]{1,20}" ?/></data>' + _NEXT,
        r'<log value="INFO: Erasing start sector \d{1,7}, num sectors \d{1,7}" ?/></data>' + _NEXT,
        r'<log value="(?:INFO: )?Skipping: bad block 0x[0-9a-f]{1,5}" ?/></data>' + _NEXT,
    )
)
