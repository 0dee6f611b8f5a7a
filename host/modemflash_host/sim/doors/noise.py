"""What a UART makes of bytes that were sent at another rate than its own.

Rule: nothing is random. The sender's levels are written down bit by bit and
sampled in the middle of the receiver's bits, as a real UART does; so a fast
receiver hears a slow sender as many bytes with long runs of equal bits, NULs
among them, and a slow one hears a fast sender as few.
"""

BITS_A_BYTE = 10
IDLE = 1


def noise(data: bytes, sent_baud: int, heard_baud: int) -> bytes:
    """The bytes that a receiver at `heard_baud` finds in `data`, sent at `sent_baud`."""
    levels = bytearray()
    for byte in data:
        levels.append(0)
        levels.extend((byte >> bit) & 1 for bit in range(8))
        levels.append(IDLE)

    def level_at(tick: int) -> int:
        # A tick is half a bit of the receiver.
        bit = tick * sent_baud // (2 * heard_baud)
        return levels[bit] if bit < len(levels) else IDLE

    heard = bytearray()
    tick, end = 0, len(levels) * 2 * heard_baud // sent_baud
    while tick < end:
        if level_at(tick):
            tick += 1
            continue
        heard.append(sum(level_at(tick + 1 + 2 * bit) << (bit - 1) for bit in range(1, 9)))
        tick += 2 * BITS_A_BYTE - 1
        while tick < end and not level_at(tick):
            tick += 1  # a framing error: wait until the line is idle again
    return bytes(heard)
