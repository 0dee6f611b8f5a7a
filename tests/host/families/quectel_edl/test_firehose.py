"""Firehose: answers in any pieces, logs that are no XML, a NAK anywhere, no end at all: all has words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemflash.errors import Problem
from modemflash_host.families.quectel_edl.documents import take_document
from modemflash_host.families.quectel_edl.firehose import Firehose, place
from modemflash_host.families.quectel_edl.geometry import Geometry
from support.scripted_port import ScriptedPort, line_to

HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n<data>\n'
WHERE = place(Geometry(4096, 64), 640, 4)


def document(inner: str) -> bytes:
    return f"{HEAD}{inner}</data>".encode()


def log(text: str) -> bytes:
    return document(f'<log value="{text}" />')


def response(value: str = "ACK", raw: str = "false", more: str = "") -> bytes:
    return document(f'<response value="{value}" rawmode="{raw}" {more}/>')


BAD_LOG = b'<?xml version="1.0" ?><data><log value="INFO: {"storage_info": {"total_blocks":64}}" /></data>'


def session(
    answer: Callable[[bytes], bytes], first: bytes = b"", piece_bytes: int = 1 << 20
) -> tuple[Firehose, ScriptedPort]:
    port = ScriptedPort(answer, first, piece_bytes)
    return Firehose(line_to(port)), port


def problem_of(call: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("piece_bytes", [1, 2, 7, 64, 1 << 20])
@pytest.mark.parametrize(
    "answer",
    [
        log("one") + log("two") + response(),
        document('<log value="one" /><log value="two" /><response value="ACK" rawmode="false" />'),
        log("one") + BAD_LOG + response("ack"),
        b"\0\0\xee" + log("one") + response("Ack"),
        BAD_LOG.replace(b"</data>", b'<response value="ACK" rawmode="false" /></data>'),
    ],
)
def test_an_answer_is_found_in_whatever_pieces_it_comes(answer: bytes, piece_bytes: int) -> None:
    firehose, port = session(lambda _: answer, piece_bytes=piece_bytes)
    assert firehose.command("nop", {}, 3000).is_good
    assert len(port.sent) == 1


def test_a_line_of_log_is_no_answer_whatever_it_says() -> None:
    said = log("ERROR: response value=NAK") + log("&lt;response value=&quot;NAK&quot; /&gt;")
    said += b'<?xml version="1.0" ?><data><log value="<response value="NAK" />" /></data>' + response()
    firehose, _ = session(lambda _: said)
    assert firehose.command("nop", {}, 3000).is_good


def test_what_it_says_unasked_is_read_away_with_an_old_answer() -> None:
    """Report 003: the answer to a byte of somebody else is no answer to ours."""
    firehose, port = session(lambda _: response(), response("NAK") + log("ready"))
    assert firehose.greet() == ("ready",)
    firehose.configure()
    assert port.clock.now_ms <= 5000


@pytest.mark.parametrize("endless", [b"x" * (1 << 20), HEAD.encode() + b"<log " * (1 << 18)])
def test_a_megabyte_without_an_end_is_an_error(endless: bytes) -> None:
    firehose, _ = session(lambda _: endless)
    problem = problem_of(lambda: firehose.command("nop", {}, 3000))
    assert problem.code == "firehose-endless" and problem.hint
    assert problem_of(session(lambda _: b"", endless)[0].greet).code == "firehose-endless"


def test_logs_without_an_answer_are_an_error() -> None:
    firehose, _ = session(lambda _: log("noise") * 6000)
    assert problem_of(lambda: firehose.command("erase", WHERE, 3000)).code == "firehose-endless"


def test_silence_is_an_error_that_names_the_command() -> None:
    firehose, port = session(lambda _: b"")
    problem = problem_of(lambda: firehose.command("erase", WHERE, 30_000))
    assert (problem.code, problem.detail) == ("firehose-silent", "erase at sector 640: nothing in 30 s")
    assert port.clock.now_ms == 30_000


def test_a_refusal_says_which_command_and_why() -> None:
    firehose, _ = session(lambda _: log("ERROR: start_sector unaligned") + log("more") + response("NAK"))
    attributes = {**WHERE, "filename": "..\\tz.mbn"}
    problem = problem_of(lambda: firehose.program(attributes, iter(()), lambda _: None))
    assert problem.code == "firehose-refused"
    assert problem.detail == "program of tz.mbn at sector 640: ERROR: start_sector unaligned"


# -- configure


def configured(limits: list[tuple[str, int]]) -> tuple[Firehose, list[int]]:
    asked: list[int] = []

    def answer(data: bytes) -> bytes:
        found = re.search(rb'ToTargetInBytes="(\d+)"', data)
        assert found is not None
        asked.append(int(found[1]))
        value, limit = limits[min(len(asked), len(limits)) - 1]
        return response(value, more=f'MaxPayloadSizeToTargetInBytes="{limit}" ')

    firehose, _ = session(answer)
    firehose.configure()
    return firehose, asked


def test_a_payload_that_the_programmer_offers_is_taken() -> None:
    firehose, asked = configured([("NAK", 4096), ("ACK", 4096)])
    assert (firehose.payload, asked) == (4096, [8192, 4096])
    firehose, asked = configured([("ACK", 16384)])
    assert (firehose.payload, asked) == (8192, [8192])


@pytest.mark.parametrize(
    "limits", [[("NAK", 8192)], [("NAK", 0)], [("NAK", 1 << 30)], [("NAK", 4096), ("NAK", 2048)]]
)
def test_a_refusal_of_every_payload_ends_it(limits: list[tuple[str, int]]) -> None:
    assert problem_of(lambda: configured(limits)).code == "firehose-refused"


# -- raw data


@pytest.mark.parametrize("piece_bytes", [1, 5000, 1 << 20])
def test_raw_data_end_where_they_must(piece_bytes: int) -> None:
    """Data that look like an answer are data."""
    data = (response("NAK") + b"\0" * 100)[:200] * 20
    firehose, _ = session(lambda _: response(raw="true") + data + response(), piece_bytes=piece_bytes)
    got = bytearray()
    firehose.read(WHERE, len(data), got.extend)
    assert got == data


def test_raw_data_that_stop_are_an_error() -> None:
    firehose, _ = session(lambda _: response(raw="true") + b"abc")
    problem = problem_of(lambda: firehose.read(WHERE, 100, lambda _: None))
    assert problem.code == "firehose-silent" and "97 bytes missing" in problem.detail


@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        ([response("NAK")], 0),
        ([response()], 0),
        ([response(raw="true"), b"", response("NAK")], 2),
        ([response(raw="true"), b"", response(raw="true")], 2),
    ],
)
def test_an_image_that_is_not_taken_is_an_error(answers: list[bytes], sent: int) -> None:
    """Refused before its data, without wanting them, behind them, wanting more of them."""
    left = list(answers)
    firehose, port = session(lambda _: left.pop(0) if left else b"")
    pieces = iter([memoryview(b"a" * 10), memoryview(b"b" * 10)])
    assert problem_of(lambda: firehose.program(WHERE, pieces, lambda _: None)).code == "firehose-refused"
    assert len(port.sent) == 1 + sent


def test_attributes_go_out_as_they_are() -> None:
    firehose, port = session(lambda _: response())
    firehose.command("erase", {**WHERE, "c_project_name": 'a<b>&"c"'}, 3000)
    held = bytearray(port.sent[0])
    found = take_document(held)
    assert found is not None and held == b""
    assert b"&lt;b&gt;&amp;" in port.sent[0] and port.sent[0].startswith(b"<?xml")


@settings(max_examples=300, derandomize=True, database=None)
@given(
    pieces=st.lists(
        st.sampled_from(
            [log("x"), response(), response("NAK"), BAD_LOG, b"</data>", b"<?xml", b"\0", b"<response "]
        )
        | st.binary(max_size=40),
        max_size=12,
    )
)
def test_whatever_is_said_it_ends_with_an_answer_or_with_words(pieces: list[bytes]) -> None:
    firehose, port = session(lambda _: b"".join(pieces))
    code = "firehose-"
    try:
        firehose.command("nop", {}, 3000)
    except Problem as problem:
        code = problem.code
    assert code.startswith("firehose-") and port.clock.now_ms <= 10_000
