"""A power-up with something to do: the right updater, one run, its light, and the board handed back.

Rules that hold here: the card is not left mounted, because the user's program
may mount it; a hard reset follows only where NVS is known to say that the job
is done, so it can never follow twice.
"""

import sys

import machine

from modemflash.board import job, manifest
from modemflash.board.card import Card
from modemflash.board.store import Nvs
from modemflash.board.words import SHOWN_OTHERWISE_S, SHOWN_S, CardProblem
from modemflash.interface import FOR_PC, NVS_RESCUE


def act(minutes: int) -> None:
    """Do what there is to do.

    Args:
        minutes: how long an armed rescue listens, with `FOR_PC` where a PC armed it; 0 where none is armed.
    """
    if minutes > FOR_PC:
        from modemflash.board.listen import listen
        from modemflash.board.pycom import Autostart

        listen(minutes - FOR_PC)
        Autostart(Nvs()).restore()
        return
    from modemflash.board.tries import autostart

    card = Card()
    try:
        if not minutes and not _is_wanted(card):
            autostart(Nvs(), card).restore()
            return
        if use_engine_of(card):
            print("modemflash: this is the updater on the card")
        _run(minutes)
    finally:
        card.unmount()


def _is_wanted(card: Card) -> bool:
    """Whether there is a job, or a card whose fault is worth a light."""
    try:
        return job.find(card.path, card.mount()) is not None
    except CardProblem as problem:
        return problem.code not in ("card-absent", "card-empty")


def _run(minutes: int) -> None:
    from modemflash.board.session import RESET, Session

    session = Session()
    try:
        result = session.run(minutes * 60000)
        if result["status"] == RESET:
            machine.reset()
        if result["light"] == "finished":
            session.nvs.erase(NVS_RESCUE)
        shown_s = SHOWN_S.get(result["code"]) or SHOWN_S.get(result["light"], SHOWN_OTHERWISE_S)
        session.reporter.wait(shown_s * 1000)
    finally:
        session.led.release()
    if session.touched and session.tries and session.tries.done and session.tries.in_nvs:
        machine.reset()  # hands the modem's pins back to the LTE driver; the next boot finds the job done


def use_engine_of(card: Card) -> bool:
    """Where the manifest asks for it, take the updater from the card instead of the one on /flash."""
    try:
        found = job.find(card.path, card.mount())
        if not found or not found.engine:
            return False
        folder = found.folder + "/" + manifest.ENGINE
        for name in found.engine:
            digest = job.fresh_hash()
            if digest is None:
                return False  # it cannot be checked now
            source = job.CardFile(folder + "/" + name, name, 0)
            same = job.sha256(source, digest, _nothing) == found.engine[name]
            source.close()
            if not same:
                print("modemflash: the updater on the card is damaged:", name)
                return False
    except CardProblem:
        return False  # the run says it in words
    for name in list(sys.modules):
        if name.split(".")[0] == "modemflash":
            del sys.modules[name]
    sys.path.insert(0, folder)
    return True


def _nothing(done: int, total: int) -> None:
    pass
