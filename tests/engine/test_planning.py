"""The plan: the safest route that the state allows, or a refusal that says why."""

from modemflash import planning
from modemflash.builds import BOOT_ROM, DIFFERENCE, FULL, UPDATER, radio
from modemflash.consent import encoded
from modemflash.errors import CATALOGUE, Refusal
from modemflash.identity import Identity
from modemflash.image import Image


class Found:
    """A modem as found: its state is all that a plan looks at."""

    def __init__(self, state):
        self.state = state


def someone(build=None, family="pycom", product="FiPy", ue=""):
    identity = Identity()
    identity.build, identity.family, identity.product, identity.ue = build, family, product, ue
    return identity


def file(kind, build=None, from_build=None, part=0, size=100000, product="", name="", version=""):
    image = Image(name or "%s-%s-%s.dup" % (kind, build, part), size)
    image.kind, image.build, image.from_build, image.part = kind, build, from_build, part
    image.product, image.version = product, version
    image.radio = radio(build, version)
    image.verified = True
    return image, None


UPDATER_ELF = file(UPDATER, name="updater.elf")
ROM = file(BOOT_ROM, name="bootrom.dup", size=55570)


def make(state, identity, files, past=None, **options):
    return planning.make(Found(state), identity, files, past, options)


def refusal(state, identity, files, past=None, **options):
    """The code with which a plan is refused."""
    try:
        make(state, identity, files, past, **options)
    except Refusal as problem:
        assert problem.code in CATALOGUE, problem.code
        return problem.code
    return "no refusal"


def names(plan):
    return [step for step, _ in plan.steps]


def needs(plan):
    return encoded([consent for consent, _ in plan.needs])


HOME = ["install", "start-application"]


def test_route_1_an_exact_difference_is_staged():
    """In the application an exact difference needs no consent but the owner's yes."""
    plan = make("application", someone(38638), [file(DIFFERENCE, 39529, 38638)])
    assert plan.route == 1 and plan.target == 39529 and plan.direction == "upgrade"
    assert names(plan) == ["prepare", "stage", "install-staged", "read-back"]
    assert needs(plan) == []
    assert "updater ELF" in " ".join(plan.warnings), "what a cut while installing would need is named"


def test_route_2_full_image_through_recovery():
    """In the application a full image goes through recovery."""
    plan = make("application", someone(38638), [file(FULL, 41065), UPDATER_ELF])
    assert plan.route == 2 and needs(plan) == []
    assert names(plan) == ["prepare", "enter-recovery", "send"] + HOME + ["read-back"]


def test_route_3_from_recovery():
    """A modem in recovery, in its updater or with nothing but ERROR takes the image as it is."""
    for state in ("recovery", "updater", "errors-only"):
        plan = make(state, Identity(), [file(FULL, 41065), UPDATER_ELF])
        assert plan.route == 3 and names(plan)[0] == "send", state
        assert plan.direction == "unknown"


def test_route_4_from_the_boot_loader():
    """The boot loader takes the updater first, and without one there is no way."""
    plan = make("boot-loader", Identity(), [file(FULL, 41065), UPDATER_ELF])
    assert plan.route == 4 and names(plan)[:2] == ["load-updater", "send"]
    assert refusal("boot-loader", Identity(), [file(FULL, 41065)]) == "updater-needed"


def test_route_5_mtools():
    """With mtools loaded the image goes on the fly without a change of mode."""
    plan = make("mtools", Identity(), [file(FULL, 41065), UPDATER_ELF])
    assert plan.route == 5 and names(plan)[:2] == ["prepare", "send"]


def test_route_6_factory_with_boot_rom():
    """From 33080 a full image needs boot ROM and updater; the boot ROM is written once and with consent."""
    files = [file(FULL, 41065), UPDATER_ELF, ROM]
    plan = make("application", someone(33080), files)
    assert plan.route == 6 and "write-boot-rom" in needs(plan)
    assert names(plan)[:4] == ["prepare", "send-boot-rom", "enter-boot-loader", "load-updater"]
    assert refusal("application", someone(33080), [file(FULL, 41065), UPDATER_ELF]) == "boot-rom-needed"
    assert refusal("application", someone(33080), [file(FULL, 41065), ROM]) == "updater-needed"
    other_uart, _ = file(BOOT_ROM, name="FIPY_BOOTROM_UART2-41802.dup", size=55570)
    other_uart.uart = "UART2"
    files_of_death = [file(FULL, 41065), UPDATER_ELF, (other_uart, None)]
    assert refusal("application", someone(33080), files_of_death) == "boot-rom-variant"
    assert make("application", someone(38638), files_of_death).unused == ["FIPY_BOOTROM_UART2-41802.dup"]
    again = make("application", someone(33080), files, {"boot_rom": True, "target": 41065})
    assert "send-boot-rom" not in names(again) and "write-boot-rom" not in needs(again)


def test_route_6_goes_on_where_it_was_cut():
    """In recovery a modem that came from 33080 still needs the updater; the boot ROM if that is not in."""
    files = [file(FULL, 41065), UPDATER_ELF, ROM]
    past = {"from_build": 33080, "target": 41065, "boot_rom": False}
    assert names(make("recovery", Identity(), files, past))[:3] == [
        "send-boot-rom",
        "enter-boot-loader",
        "load-updater",
    ]
    past["boot_rom"] = True
    assert names(make("recovery", Identity(), files, past))[:2] == ["enter-boot-loader", "load-updater"]
    assert names(make("boot-loader", Identity(), files, past))[:2] == ["load-updater", "send"]
    assert names(make("updater", Identity(), files, past))[0] == "send"


def test_difference_is_preferred_and_the_full_image_is_spare():
    """From 33080 with a difference and a full image of one build in hand, the difference is taken."""
    plan = make("application", someone(33080), [file(FULL, 41065), file(DIFFERENCE, 41065, 33080)])
    assert plan.route == 1 and plan.unused == ["full-41065-0.dup"]


def test_route_7_two_parts_as_one():
    """Both parts are one transaction, with the documented build in between, and part 2 by its size."""
    small = [file(FULL, 48829, part=1, size=416448), file(FULL, 48829, part=2, size=1000000), UPDATER_ELF]
    plan = make("application", someone(41065), small)
    assert plan.route == 7 and needs(plan) == ["accept-unproven-path 41065-48829"]
    first = ["prepare", "enter-recovery", "send"] + HOME + ["check-part-1"]
    assert names(plan) == first + ["prepare", "stage", "install-staged", "read-back"]
    large = [small[0], file(FULL, 48829, part=2, size=5000000), UPDATER_ELF]
    plan = make("application", someone(41065), large)
    assert names(plan) == first + ["prepare", "enter-recovery", "send"] + HOME + ["read-back"]
    assert "48829" in " ".join(plan.warnings), "the deaths on this way are named"


def test_two_parts_need_both():
    """One part alone is refused."""
    part_1, part_2 = file(FULL, 48829, part=1), file(FULL, 48829, part=2)
    assert refusal("application", someone(41065), [part_1, UPDATER_ELF]) == "parts-missing"
    assert refusal("application", someone(41065), [part_2, UPDATER_ELF]) == "parts-missing"


def test_between_the_parts():
    """A journal that knows of part 1 goes on with part 2; without one, 39529 is asked about."""
    files = [file(FULL, 48829, part=1), file(FULL, 48829, part=2), UPDATER_ELF]
    past = {"part": 2, "target": 48829, "from_build": 41065}
    plan = make("application", someone(39529), files, past)
    assert names(plan) == ["prepare", "stage", "install-staged", "read-back"]
    plan = make("recovery", Identity(), files, past)
    assert plan.steps[0] == ("send", "part-2") and names(plan)[-1] == "read-back"
    assert refusal("application", someone(39529), files) == "which-39529"
    assert names(make("application", someone(39529), files, after_part_1=True))[0:2] == ["prepare", "stage"]
    assert "check-part-1" in names(make("application", someone(39529), files, after_part_1=False))


def test_wrong_differences_are_refused():
    """A difference goes onto exactly its base, in the application, or not at all."""
    difference = file(DIFFERENCE, 41065, 33080)
    assert refusal("application", someone(38638), [difference]) == "difference-wrong-base"
    for state in ("boot-loader", "recovery", "mtools", "errors-only"):
        assert refusal(state, Identity(), [difference, UPDATER_ELF]) == "difference-needs-application", state


def test_known_deaths_are_refused():
    """33080 and NB-IoT never go to 48829, whatever the owner says."""
    files = [file(FULL, 48829, part=1), file(FULL, 48829, part=2), UPDATER_ELF, ROM]
    assert refusal("application", someone(33080), files) == "path-41065-first"
    assert refusal("application", someone(41019), files) == "path-known-death"


def test_the_wrong_product_is_refused():
    """An image that names another product is refused under any name."""
    image = file(FULL, 59577, product="GM02S", version="8.0.5.13", name="CATM1-41065.dup")
    assert refusal("application", someone(38638), [image, UPDATER_ELF]) == "wrong-product"
    pycom = file(FULL, 41065)
    monarch = someone(59577, "monarch2", "GM02S", "UE8.0.5.13")
    assert refusal("application", monarch, [pycom, UPDATER_ELF]) == "wrong-product"
    assert make("application", monarch, [image], repair=True).route == 2
    old = someone(50000, "monarch2", "GM02S", "UE8.0.3.0")
    assert refusal("application", old, [image]) == "modem-too-old"


def test_a_modem_that_cannot_say_what_it_is():
    """Outside the application an image that names a product needs a word, or a journal that knows."""
    image = file(FULL, 59577, product="GM02S", version="8.0.5.13")
    assert needs(make("recovery", Identity(), [image])) == ["accept-unproven-path unknown-59577"]
    past = {"product": "GM02S", "family": "monarch2", "ue": "UE8.0.5.1", "from_build": 50001, "target": 59577}
    assert needs(make("recovery", Identity(), [image], past)) == []


def test_way_back():
    """Leaving the application without the updater ELF needs its own consent; a GM02S image holds its own."""
    plan = make("application", someone(38638), [file(FULL, 41065)])
    assert needs(plan) == ["without-way-back"]
    assert refusal_of_check(plan, set()) == ["without-way-back"]
    plan.check({("without-way-back", "")})
    image = file(FULL, 59577, product="GM02S", version="8.0.5.13")
    assert needs(make("application", someone(50001, "monarch2", "GM02S", "UE8.0.5.1"), [image])) == []


def refusal_of_check(plan, consents):
    try:
        plan.check(consents)
    except Refusal as problem:
        assert problem.code == "consent-missing"
        return encoded(problem.consents)
    return "nothing missing"


def test_dangers_have_their_own_consent():
    """Downgrade, radio change and an unproven step each ask by name."""
    both = [UPDATER_ELF]
    assert needs(make("application", someone(41065), both + [file(FULL, 39529)])) == ["allow-downgrade"]
    assert needs(make("application", someone(41065), both + [file(FULL, 41019)])) == ["change-radio nb-iot"]
    assert needs(make("application", someone(41019), both + [file(FULL, 41065)])) == ["change-radio cat-m1"]
    assert needs(make("application", someone(50523), both + [file(FULL, 41065)])) == [
        "accept-unproven-path 50523-41065",
        "allow-downgrade",
    ]
    files = both + [ROM, file(FULL, 41019)]
    assert needs(make("application", someone(33080), files)) == [
        "accept-unproven-path 33080-41019",
        "change-radio nb-iot",
        "write-boot-rom",
    ]


def test_not_understood_needs_a_word():
    """A file in an unknown form goes by its name only with consent."""
    image, source = file(FULL, 41065)
    image.doubt("unknown-magic")
    plan = make("application", someone(38638), [(image, source), UPDATER_ELF])
    assert needs(plan) == ["accept-unknown-file"]


def test_what_is_asked_for_of_a_simulated_file_is_true():
    """It can be checked, and is: what the consent is about names both reasons."""
    image, source = file(FULL, 41065)
    image.doubt("image-simulated")
    plan = make("application", someone(38638), [(image, source), UPDATER_ELF])
    assert [danger for _, danger in plan.needs] == [image.name + " is simulated, or cannot be checked here"]


def test_nothing_to_do_and_repair():
    """The running build is not written again unless that is asked for."""
    files = [file(FULL, 41065), UPDATER_ELF]
    plan = make("application", someone(41065), files)
    assert plan.nothing_to_do and plan.why == "already-runs-it" and plan.steps == []
    plan = make("application", someone(41065), files, repair=True)
    assert not plan.nothing_to_do and plan.direction == "repair"
    plan = make("application", someone(41065), files, {"target": 41065, "step": "install"})
    assert plan.nothing_to_do and plan.why == "finished-meanwhile"


def test_the_journal_remembers_where_a_modem_came_from():
    """In recovery the journal's origin counts: consents are the ones of the first run."""
    past = {"from_build": 41065, "target": 41019, "family": "pycom", "product": "FiPy"}
    plan = make("recovery", Identity(), [file(FULL, 41019), UPDATER_ELF], past)
    assert plan.origin == 41065 and needs(plan) == ["change-radio nb-iot"]


def test_unknown_origin_names_the_deaths():
    """In the boot loader the deaths that cannot be excluded are named."""
    plan = make("boot-loader", Identity(), [file(FULL, 41019), UPDATER_ELF])
    assert "33080" in " ".join(plan.warnings)


def test_files_that_say_too_little_or_too_much():
    """No image, two images, another build than expected, a difference that does not fit into the modem."""
    assert refusal("application", someone(38638), [UPDATER_ELF]) == "no-image"
    assert (
        refusal("application", someone(38638), [file(FULL, 41065), file(FULL, 39529), UPDATER_ELF])
        == "several-images"
    )
    assert (
        refusal("application", someone(38638), [file(FULL, 41065), UPDATER_ELF, UPDATER_ELF])
        == "several-images"
    )
    assert (
        refusal("application", someone(38638), [file(FULL, 41065)], expect_build=39529)
        == "not-the-expected-build"
    )
    big = file(DIFFERENCE, 41065, 38638, size=4194305)
    assert refusal("application", someone(38638), [big]) == "too-big-to-stage"


def test_an_unpredicted_build_is_said():
    """Where nothing names the build, the result cannot be confirmed; --expect-build can."""
    image, source = file(FULL, None, name="firmware.dup")
    plan = make("application", someone(38638), [(image, source), UPDATER_ELF])
    assert plan.target is None and "not confirmed" in " ".join(plan.warnings)
    plan = make("application", someone(38638), [(image, source), UPDATER_ELF], expect_build=41065)
    assert plan.target == 41065


def test_no_way_back_to_what_cannot_be_read_out():
    """The plan says that the present firmware is only to be had as a file."""
    plan = make("application", someone(46470), [file(FULL, 41019), UPDATER_ELF])
    assert "46470" in " ".join(plan.cannot_undo)


def test_leaving_a_build_whose_file_was_never_published_has_no_way_back():
    """It is said before: nobody may count on a file that nobody can get."""
    for build in (43818, 46470, 50523):
        plan = make("application", someone(build), [UPDATER_ELF, file(FULL, 41065)])
        (said,) = [text for text in plan.cannot_undo if "read out" in text]
        assert "was never published" in said and "its own file" not in said
    plan = make("application", someone(38638), [UPDATER_ELF, file(FULL, 41065)])
    assert [text for text in plan.cannot_undo if "is its own file" in text]
