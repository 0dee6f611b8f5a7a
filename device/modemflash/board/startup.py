"""A power-up with something to do: the right updater, one run, its light, and the board handed back.

Rules that hold here: the card is not left mounted, because the user's program
may mount it; its order is read once and handed on, unless the updater on the
card takes over; a hard reset follows only where NVS is known to say that the
order is done, so it can never follow twice.
"""

import sys

import machine

from modemflash.board import card_order, manifest
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
    order = None  # type: CardOrder | None
    try:
        try:
            order = card_order.find(card.path, card.mount())
            is_wanted = order is not None
        except CardProblem as problem:  # the run meets it again, and says it in words
            is_wanted = problem.code not in ("card-absent", "card-empty")
        if not minutes and not is_wanted:
            autostart(Nvs(), card).restore()
            return
        if order and use_engine_of(order):
            print("modemflash: this is the updater on the card")
            order = None  # that one reads it itself
        _run(minutes, order)
    finally:
        card.unmount()


def _run(minutes: int, order: "CardOrder | None") -> None:
    from modemflash.board.card_run import RESET, CardRun

    if minutes:  # the card may be another one by the time the modem answers
        run = CardRun()
    else:
        run = CardRun("/sd", False, order)
    stays = False
    try:
        result = run.do((lambda: run.rescue(minutes * 60000)) if minutes else run.update)
        if result["status"] == RESET:
            machine.reset()
        is_finished = result["light"] == "finished"
        if is_finished:
            run.nvs.erase(NVS_RESCUE)
        shown_s = SHOWN_S.get(result["code"]) or SHOWN_S.get(result["light"], SHOWN_OTHERWISE_S)
        run.reporter.wait(shown_s * 1000)
        while (
            run.order and run.order.hold_light and run.card.renew()
        ):  # a list of names may come from a cache
            run.reporter.wait(2000)
        stays = is_finished and not (run.order and run.order.hold_light)
    finally:
        if not stays:  # else it is steady, and needs nobody until somebody takes the light
            run.led.release()
    if run.touched and run.tries and run.tries.done and run.tries.in_nvs:
        machine.reset()  # hands the modem's pins back to the LTE driver; the next boot finds the job done


def use_engine_of(order: "CardOrder") -> bool:
    """Where the manifest asks for it, take the updater from the card instead of the one on /flash."""
    if not order.engine:
        return False
    folder = order.folder + "/" + manifest.ENGINE
    try:
        for name in order.engine:
            digest = card_order.fresh_hash()
            if digest is None:
                return False  # it cannot be checked now
            source = card_order.CardFile(folder + "/" + name, name, 0)
            same = card_order.sha256(source, digest, _nothing) == order.engine[name]
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


TYPE_CHECKING = False
if TYPE_CHECKING:
    from modemflash.board.card_order import CardOrder
