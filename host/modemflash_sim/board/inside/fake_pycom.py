"""`pycom` of a Pycom board."""

import json

import sim_link
from sim_link import link, profile


def heartbeat(on=2):
    answer = link.ask(sim_link.HEARTBEAT, int(on))
    return bool(answer) if on == 2 else None


def rgbled(colour):
    link.ask(sim_link.LED, colour)
    if link.status:
        link.refuse()


def _nvs(what, key, value=None):
    answer = link.fetch(sim_link.NVS, what, 0, json.dumps([key, value]).encode())
    return None if link.status else json.loads(answer)


def nvs_get(key, *default):
    value = _nvs(0, key)
    if link.status:
        if default:
            return default[0]
        if profile["absent_key_raises"]:
            raise ValueError("No matching object for the provided key")
        return None
    return value


def nvs_set(key, value):
    if not isinstance(value, (int, str)):
        raise TypeError("can't convert to int")
    _nvs(1, key, value)
    if link.status:
        raise OSError("the requested operation failed")


def nvs_erase(key):
    _nvs(2, key)
    if link.status:
        raise KeyError("key not found")


def nvs_erase_all():
    _nvs(3, "")


def _flag(name):
    def access(on=2, *more):
        answer = link.ask(sim_link.FLAG, int(on), 0, name.encode())
        return bool(answer) if on == 2 else None

    return access


lte_modem_en_on_boot = _flag("lte_modem_en_on_boot")
wdt_on_boot = _flag("wdt_on_boot")
wifi_on_boot = _flag("wifi_on_boot")
heartbeat_on_boot = _flag("heartbeat_on_boot")

if profile["has_free_heap"]:

    def get_free_heap():
        return (2000000, 60000)


if profile["lazy_lte"]:
    pybytes_on_boot = _flag("pybytes_on_boot")
