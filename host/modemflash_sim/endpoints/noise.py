"""What a UART makes of bytes that were sent at another rate than its own.

Rule: nothing is random. The sender's levels are written down bit by bit and
sampled in the middle of the receiver's bits, as a real UART does; so a fast
receiver hears a slow sender as many bytes with long runs of equal bits, NULs
among them, and a slow one hears a fast sender as few.
"""

BITS_A_BYTE = 10
IDLE = 1
_LEVELS = [bytes([0, *(byte >> bit & 1 for bit in range(8)), IDLE]) for byte in range(256)]


def noise(data: bytes, sent_baud: int, heard_baud: int) -> bytes:
    """The bytes that a receiver at `heard_baud` finds in `data`, sent at `sent_baud`."""
    if sent_baud == heard_baud:
        return data
    levels = b"".join([_LEVELS[byte] for byte in data])
    a_bit = 2 * heard_baud  # in ticks of half a bit of the receiver, times `sent_baud`
    end = len(levels) * a_bit // sent_baud
    levels += bytes([IDLE]) * (1 + BITS_A_BYTE * sent_baud // heard_baud)

    def find(level: bytes, tick: int) -> int:
        """The first tick from here on at which the line has that level; `end` when there is none."""
        while tick < end:
            at = tick * sent_baud // a_bit
            bit = levels.find(level, at)
            if bit == at:
                return tick
            if bit < 0:
                return end
            tick = -(-bit * a_bit // sent_baud)
        return end

    heard = bytearray()
    tick = find(b"\0", 0)
    while tick < end:
        byte = 0
        for number in range(8):
            byte |= levels[(tick + 3 + 2 * number) * sent_baud // a_bit] << number
        heard.append(byte)
        # After a framing error the line has to be idle before the next start.
        tick = find(b"\0", find(b"\1", tick + 2 * BITS_A_BYTE - 1))
    return bytes(heard)
