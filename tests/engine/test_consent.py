"""consent.py: a consent is a pair here, and one text where it is written down."""

from modemflash.consent import decoded, encoded


def test_what_was_written_is_read_back():
    given = {("allow-downgrade", ""), ("change-radio", "nb-iot"), ("accept-unproven-path", "41065-41019")}
    assert decoded(encoded(given)) == given
    assert encoded(given) == ["accept-unproven-path 41065-41019", "allow-downgrade", "change-radio nb-iot"]
