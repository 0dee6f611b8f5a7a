"""The capture: what went over the wire, and the story around it, as JSON Lines.

    file       one capture on the disk: a record a line, flushed each
    line       an open line with its witness
    port       a port that writes down every byte that passes it
    recorder   the sink that writes events, and the masks over everything
    runs       the captures of the last 20 runs
    reading    reading it back, torn or not

A record is an object with `at_ms`, `phase`, and one of

    tx, rx     bytes, each as the character of its number (`dropped`: nobody read them)
    tx_block   the size of a block of firmware that was sent, with its `crc32`
    tx_same    a filling: [byte, how many]
    baud       our rate from here on
    max_burst  bytes that may be under way unanswered on this link; 0 for no limit
    event      what was told (docs/json.md)
    left_out   how many records did not fit, the last line then; `left_out_bytes` of them

The first line is the header: `capture` is the number of this format. Rule: the
capture is a witness; whatever goes wrong with it, the update goes on.
"""
