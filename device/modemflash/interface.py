"""What the board and the PC both must know, once: numbers, names and paths.

Rules that hold here: data only, and nothing is imported; a program that the PC
types into a board's REPL takes its numbers from here, too. What a number means
for the protocol stands where it is used.
"""

# The modem's UART on the board: os.uname()[0] -> TX, RX, RTS, CTS. A G01 runs the GPy's firmware.
PINS = {"GPy": ("P5", "P98", "P7", "P99"), "FiPy": ("P20", "P18", "P19", "P17")}
MODEM_UART = 1  # 0 is the console, 2 belongs to the LTE driver
MODEM_BAUD = 921600  # of the application, of recovery, and of the firmware's bridge
BOOT_LOADER_BAUD = 115200
UART_FIFO_BYTES = 128
UART_RING_BYTES = 4096
UART_GAP_CHARS = 5  # the modem is paused at 64 bytes until the line was idle for this long: more is slower
UART_LOOK_MS = 200  # waiting for the transmitter blocks the whole board: not longer than a tick
UART_HELD_MS = 300000  # as long as the modem may be silent

# The console, and the relay that takes its place; the frames stand in `board/pc_line.py`.
CONSOLE_BAUD = 115200
SYNC = 0xA5
GET, EVENT, LOSSY_EVENT, HEARTBEAT, ECHO = b"G", b"E", b"P", b"H", b"T"
PING, HAVE, BAUD, END, HELLO = 0xF0, 0xF1, 0xF2, 0xF3, 0xF4
IDS = PING  # pieces are counted below the opcodes
PIECE_BYTES = 240
TEST_FILE = 0xFE
TEST_BYTES = 5 * PIECE_BYTES
COMMAND_FILE = 0xFF
COMMAND_BYTES = 4 * PIECE_BYTES
HALF_FRAME_MS = 300  # after so long the rest of a frame does not come
AWAY_MS = 5000  # without a sign of life
LOOKING, LOOKED, RUNNING, ENDED = "0", "1", "2", "3"  # states in the heartbeat; 1 and 3 wait for the PC

# A ring of the firmware's bridge bears a header of 16 bytes and so much of a block.
SMALL_RING_BYTES = 2016

# What the board keeps in NVS, each name behind the prefix: 15 characters in all at most.
NVS_PREFIX = "mf_"
NVS_RESCUE = "rescue"  # minutes to listen at each power-up, and `FOR_PC` where the PC has the plan
NVS_END = "end"  # of the last job from a card: code, build before, build after
NVS_BOOTS = "boots"  # power-ups since the PC armed it
NVS_UNDO = "put"  # what a rescue by the PC has put there, see `rescue/arming.py`
NVS_TEMPORARY = "guest"  # the updater goes again after the update; the word is that of earlier releases
NVS_LTE_BOOT = "lte_boot"  # `LTE_CLAIMED`, or `LTE_GIVEN_BACK` ever after
LTE_CLAIMED, LTE_GIVEN_BACK = 2, 1
FOR_PC = 10000
RESCUE_MINUTES = 10

# Paths on the board.
LIBRARY = "/flash/lib"
MAIN = "/flash/main.py"
HOOK_SIGN = b"#>modemflash"  # begins the hook's lines in it
JOURNAL_FOLDER, JOURNAL_NAME = "/flash", "modemflash.journal"  # two files, .0 and .1
RESCUE_RECORD = "/flash/modemflash.rescue"
LOG_NAME = "modemflash.log"
FIRMWARE_ENDINGS = (".dup", ".elf")  # of Sequans files, in lower case

# What the console says while the board works, and for nothing else at power-up: a PC then leaves the board
# alone. In a rescue a JSON record follows.
CONSOLE_SIGN = "modemflash:"
RESCUE_SIGN = "modemflash rescue:"
MODEM_ANSWERED = "found"  # "code" of that record where the modem answered
CONSOLE_LIFE_MS = 3000  # no longer silence while a phase runs

TRIES = 3  # with one card; one that failed so often needs a person
AUTOSTART_MS = 10000  # so long after a hard boot the LTE driver may still talk to the modem
WATCHDOG_MS = 600000  # a run feeds it every 250 ms; nothing in it blocks for minutes
