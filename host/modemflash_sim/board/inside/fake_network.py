"""`network` of a Pycom board: switches without radio behind them, and an LTE driver to stay away from."""

import sim_link
from sim_link import link, profile


class WLAN:
    """Wi-Fi; an access point by default."""

    STA, AP, STA_AP = 1, 2, 3
    WPA2 = 3

    def __init__(self, *args, **kwargs):
        if args or kwargs:
            self.init(*args, **kwargs)

    def init(self, mode=1, *, ssid=None, auth=None, channel=1, antenna=None):
        link.ask(sim_link.RADIO, 1, 0, b"wifi")

    def deinit(self):
        link.ask(sim_link.RADIO, 0, 0, b"wifi")

    def _on(self):
        if not link.ask(sim_link.RADIO, 2, 0, b"wifi"):
            raise OSError("the requested operation is not possible")

    def mode(self):
        self._on()
        return 2

    def ssid(self):
        self._on()
        return "gpy-wlan-0102"

    def auth(self):
        self._on()
        return (3, "www.pycom.io")

    def channel(self):
        self._on()
        return 6


class Bluetooth:
    """Bluetooth, off by default."""

    def deinit(self):
        link.ask(sim_link.RADIO, 0, 0, b"bluetooth")


class Server:
    """Telnet and FTP."""

    def __init__(self, *args, **kwargs):
        pass

    def init(self, *args, **kwargs):
        link.ask(sim_link.RADIO, 1, 0, b"servers")

    def deinit(self):
        link.ask(sim_link.RADIO, 0, 0, b"servers")

    def isrunning(self):
        return bool(link.ask(sim_link.RADIO, 2, 0, b"servers"))


class LTE:
    """The driver of the modem. It hangs, or brings the board down."""

    def __init__(self, *args, **kwargs):
        _lte(0)

    @classmethod
    def modem_upgrade_mode(cls):
        _lte(1)

    @classmethod
    def reconnect_uart(cls):
        _lte(2)

    if profile["has_factory_reset"]:

        def factory_reset(self):
            _lte(0)


def _lte(what):
    link.ask(sim_link.LTE, what)
    if link.status:
        link.refuse()
