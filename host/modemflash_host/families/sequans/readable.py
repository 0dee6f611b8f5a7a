r"""What of a Sequans modem's talk names nobody: versions, builds, boot modes, radio, registration, errors.

Rules: a row names whole fields in the form that they are known to have; of a
field that could hold anybody's data the row holds the name alone, so that it is
seen that it was there. Facts: docs/protocol.md ("Identity", "AT dialogue").
"""

from __future__ import annotations

from modemflash_host.families.vocabulary import MODEL_NAME, Readable

_VERSION = r"\d{1,2}(?:\.\d{1,2}){3}[a-z]?(?!\.\d)"
_BUILD = r"\d{5,6}"
_DATE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_BUILT = rf"(?: by [a-z-]{{1,20}} at {_DATE})?"
_FEW_DIGITS = r'(?!(?:[^\d"\r\n]*\d){7})'
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_ADDRESS = rf"(?:{_OCTET}(?:\.{_OCTET}){{3}})?"
_NUMBERS = r"\d{1,2}(?:,\d{1,2}){0,31}"
_NAMES = (
    # of a module
    r"(?:SEQUANS|Sequans)(?: Communications)?|PYCOM|Pycom|FiPy|GPy|G01|VZM20Q|MONARCH2?|Monarch ?2?"
    r"|GM0[12][SQ]P?|RYZ0\d\dA|NEKTAR|STP"
    # of its state
    r"|FFF|FFH|UPDATER|RECOVERY|MTOOLS|NA|Unknown"
)

# A context's number, its type, its access point; then an address, and numbers.
_CONTEXT_HEAD = rf'\d{{1,2}},"[A-Za-z0-9]{{2,8}}","{_FEW_DIGITS}[A-Za-z0-9._-]{{0,63}}"'
_CONTEXT_REST = r'(?:,(?:""|\d)?){0,12}(?![^,.])'
_CONTEXT = rf"\+CGDCONT: {_CONTEXT_HEAD}"
_TIMERS = r"(?:,(?:\"[01]{8}\")?){0,4}"
_RELEASE = rf"{_VERSION}(?: \[{_BUILD}\]|-{_BUILD}|-[A-Z]{{2}}\d{{1,2}})?{_BUILT}"

# of which the texts of 3GPP TS 27.007 are made (9.2)
_ERROR_WORD = (
    r"(?:SIM|PIN2?|PUK2?|GPRS|PDP|MS|EPS|allowed|authentication|barred|busy|calls|characters|connection|dial|emergency"
    r"|error|failed|failure|found|full|illegal|in|incorrect|index|inserted|invalid|link|long|memory|network|no|not"
    r"|of|only|operation|option|order|out|parameters?|password|phone|required|reserved|service|string|subscribed"
    r"|supported|temporarily|text|timeout|to|too|unknown|unspecified|wrong)"
)

_RESULTS = (
    r"OK",
    r"ERROR",
    r"CONNECT",
    r"NO CARRIER",
    rf"\+CM[ES] ERROR: (?:\d{{1,4}}|{_ERROR_WORD}(?: {_ERROR_WORD}){{0,7}})",
)
_COMMANDS = (
    r"\+\+\+",
    r"AT",
    r"AT[EHIZ]\d?",
    r'AT!="?(?:showver|get_sw_version)"?',
    r'AT!="RRC:(?:setDbgPerm full|showcaps)"',
    r"AT\^RESET",
    r'AT\+(?:SMSTPU|SQNSUPGRADENTF)="(?:ON_THE_FLY|started|success)"',
    r'AT\+SQNWL="sqndcc",\d',
    r"AT\+BIND=AT",
    r'AT\+FSRDFILE="/fs/crashdump"',
    r"AT\+(?:CFUN|SMSWBOOT|IPR|CEREG|CGSN|CPSMS|CMEE)=\d{1,7}(?:,\d)?",
    # whole, as a setting is sent that was readable in an answer
    rf"AT\+CPSMS=[01]{_TIMERS}$",
    rf"AT\+CGDCONT={_CONTEXT_HEAD}{_CONTEXT_REST}$",
    # the command by its name alone: with an argument only that it was asked
    (
        r"AT\+(?:BIND|BMOD|CEREG|CFUN|CGDCONT|CGMI|CGMM|CGMR|CGSN|CIMI|CMEE|CNUM|CPIN|CPSMS|FSRDFILE|IPR"
        r"|SMLOG|SMOD|SMSTPU|SMSWBOOT|SMUPGRADE|SQNBANDSEL|SQNCCID|SQNSUPGRADENTF|SQNWL|STP)(?:=\?|\?|=|)"
    ),
    r"AT(?:\+CGAUTH|\+CGDCONT|\+CLCK|\+CPWD|\+SQNMQTTCFG|\$QCPDPP|D)=?",
)
_UNSOLICITED = (
    r"\+SYSSTART|\+SYSFFH|\+SHUTDOWN",
    r"\^EXIT: (?:Fatal error|(?:File: )?[A-Za-z_]{1,32}\.[ch]@\d{1,5})",
    r"File: [A-Za-z_/]{1,80}\.[ch]@\d{1,5}",
    r"Assertion failed",
)
_VERSIONS = (
    rf"UE(?::?{_VERSION}(?:-[A-Z]{{2}}\d{{1,2}})?|Unknown)(?:;att:{_VERSION})?",
    rf"(?:LR|BUILD)?{_VERSION}(?: \[{_BUILD}\]|-{_BUILD})?{_BUILT}",
    rf"Bootloader\d\*? *:? ?(?:{_VERSION} \[{_BUILD}\]{_BUILT}|BUILD{_VERSION}-{_BUILD}{_BUILT}|NA)?",
    rf"\[[A-Z]{{3,10}}\d?\*?\] (?:{_VERSION} \[{_BUILD}\]{_BUILT}|\d\.\d,\d,\d)",
    rf"(?:Software|Ecopaging|pxl|UE) *: (?:{_RELEASE}|Unknown)",
    r"NV Info *: \d\.\d,\d,\d",
    r"ZSP0 \d\.\d\.\d{1,3}-\d{3,5} {1,2}ZSP1 \d\.\d\.\d{1,3}-\d{3,5}",
    r"SYSTEM VERSION$|={4,40}$|FIRMWARE VERSION$|COMPONENTS$",
    rf"(?:{_NAMES})$",
)
_SETTINGS = (
    r"\+CFUN: \d{1,2}(?:,\d)?",
    r"\+SMOD: \d",
    r'\+C(?:E|G)?REG: \d(?:,\d)?(?:,"?[0-9A-F]{4}"?,"?[0-9A-F]{8}"?(?:,\d{1,2})?)?',
    rf"\+CPSMS: [01]?{_TIMERS}",
    rf'\+SQNBANDSEL: (?:\d,"[a-z-]{{1,16}}","(?:{_NUMBERS})?"|\({_NUMBERS}\))',
    rf'{_CONTEXT},"{_ADDRESS}"{_CONTEXT_REST}',
    rf"{_CONTEXT}{_CONTEXT_REST}",
    _CONTEXT,
    r"\+CPIN: (?:READY|SIM PIN2?|SIM PUK2?|NOT INSERTED|NOT READY)",
    r"\+SMLOG: [A-Z_]{1,24}",
    r"\+SMUPGRADE: (?:on-?going|success|[Nn]o report|fail(?:ed)?(?:: [a-z -]{1,48})?|\d)",
    r"\+SMSWBOOT: (?:FF[FH]|UPDATER|RECOVERY|\d(?:,\d)?|\(0-3\),\(0,1\))",
    r"\. (?:catM|nb-IoT) : [01]",
    r"\. (?:supported|board) : \d{1,2}(?:/\d{1,2}){0,31}",
    # a field by its name alone
    (
        r"\+(?:CCID|CFUN|CGAUTH|CGDCONT|CGSN|CIMI|CLCK|CLIP|CMGL|CMGR|CMT|CNUM|CPSMS|CPWD|CREG|CRSM|CSCA|CSIM"
        r"|CEREG|CGREG|CTZV|CTZE|SQNBANDSEL|SQNCCID|SQNMQTTCFG):"
    ),
    r"\^EXIT:",
    r"\+CM[ES] ERROR:",
)
_NAME_OF_CODE = r"'[A-Za-z_.]{1,40}'"
# Of a board that is in between: where its MicroPython stopped in our own files, and Python's own messages.
_CONSOLE = (
    r"Traceback \(most recent call last\):",
    (
        r'File "(?:(?:/flash/|/sd/)?(?:lib/)?modemflash/[a-z_/]{1,40}\.py|(?:/flash/)?(?:main|boot)\.py'
        r'|<stdin>)", line \d{1,5}(?:, in [A-Za-z_<>.]{1,40})?'
    ),
    r"[A-Z][A-Za-z]{2,24}(?:Error|Exit|Interrupt):?",
    r"OSError: (?:\[Errno -?\d{1,3}\] ?[A-Z]{0,16}|-?\d{1,3})",
    r"MemoryError: memory allocation failed, allocating \d{1,7} bytes",
    rf"ImportError: no module named {_NAME_OF_CODE}",
    rf"NameError: name {_NAME_OF_CODE} (?:isn't|is not) defined",
    rf"AttributeError: {_NAME_OF_CODE} object has no attribute {_NAME_OF_CODE}",
)
READABLE = Readable(
    lines=(*_RESULTS, *_COMMANDS, *_UNSOLICITED, *_VERSIONS, *_SETTINGS, *_CONSOLE),
    replies={
        "AT+SMOD?": (r"[0-4]",),
        "AT+CGMM": (MODEL_NAME,),
        "AT+CGMI": (MODEL_NAME,),
        "AT+SMUPGRADE?": (r"on-?going|success|[Nn]o report|fail(?:ed)?(?:: [a-z -]{1,48})?|\d",),
    },
)
