"""A stand-in for the modem: says back what it hears, and counts."""

from modemflash_sim.endpoints.noise import noise


class EchoModem:
    """Answers every piece `delay_us` later; hears noise at a wrong rate."""

    def __init__(self, baud: int = 921_600, delay_us: int = 0, echo: bool = True) -> None:
        self.baud = baud
        self.heard = bytearray()
        self.first_us = self.last_us = 0
        self.rts_seen: list[bool] = []
        self.power_seen: list[tuple[bool, int]] = []
        self._delay_us = delay_us
        self._echo = echo
        self._out: list[tuple[int, bytes]] = []

    def advance(self, now_us: int) -> None:
        """Time alone changes nothing."""

    def feed(self, now_us: int, data: bytes, baud: int) -> None:
        """Hear `data`; queue it as the answer."""
        if baud != self.baud:
            data = noise(data, baud, self.baud)
        if not self.heard:
            self.first_us = now_us
        self.last_us = now_us
        self.heard += data
        if self._echo:
            self.say(now_us + self._delay_us, data)

    def say(self, at_us: int, data: bytes) -> None:
        """Queue `data` for the moment `at_us`."""
        self._out.append((at_us, data))

    def next_due(self) -> int | None:
        """When the oldest answer is due."""
        return self._out[0][0] if self._out else None

    def take(self, now_us: int) -> list[tuple[bytes, int]]:
        """What is due by now."""
        said = [(data, self.baud) for at_us, data in self._out if at_us <= now_us]
        self._out = [(at_us, data) for at_us, data in self._out if at_us > now_us]
        return said

    def set_rts(self, level: bool) -> None:
        """Remember the level."""
        self.rts_seen.append(level)

    def power(self, on: bool, now_us: int) -> None:
        """Remember the level and its moment."""
        self.power_seen.append((on, now_us))
