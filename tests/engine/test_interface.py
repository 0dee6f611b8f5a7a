"""Rules of what board and PC both know: keys that NVS takes, opcodes that nothing else can be."""

from modemflash import interface


def test_nvs_keys_fit():
    """A key of the board's NVS has 15 characters at most, prefix and all, and each has its own."""
    keys = [getattr(interface, name) for name in dir(interface) if name.startswith("NVS_")]
    keys = [interface.NVS_PREFIX + key for key in keys if key != interface.NVS_PREFIX]
    assert max([len(key) for key in keys]) <= 15
    assert len(set(keys)) == len(keys)


def test_no_piece_is_an_opcode():
    """The numbers of pieces stay below every opcode from the PC, and all of these fit into a byte."""
    codes = [interface.PING, interface.HAVE, interface.BAUD, interface.END, interface.HELLO]
    assert len(set(codes)) == 5
    assert min(codes) >= interface.IDS and max(codes) <= 255


def test_a_block_of_pieces():
    """The order and the echo are whole pieces, and their file numbers no firmware file's."""
    assert interface.COMMAND_BYTES % interface.PIECE_BYTES == 0
    assert interface.TEST_BYTES % interface.PIECE_BYTES == 0
    assert interface.TEST_FILE != interface.COMMAND_FILE
