"""Docs: the page is what the table says, and its example is what the codec reads."""

from devices import docs
from devices.codecs import decode
from devices.signals import SIGNALS, TYRE_SIGNALS


def test_the_page_is_up_to_date():
    assert docs.PATH.read_text(encoding="utf-8") == docs.text(), "run: python -m devices.docs"


def test_the_example_is_a_payload():
    assert docs.EXAMPLE in docs.text()
    reading = decode(docs.EXAMPLE.encode())
    assert len(reading.t) == 2
    assert reading.columns["accel_long_mps2"] == [-0.3, None]
    assert reading.fault_codes == ["P0301"]


def test_every_column_that_names_a_unit_shows_it():
    bare = {"satellites", "abs_active", "esc_active", "ignition"}
    shown = {signal.column for signal in (*SIGNALS, *TYRE_SIGNALS) if signal.column.rpartition("_")[2] in docs.UNITS}
    assert shown == {signal.column for signal in (*SIGNALS, *TYRE_SIGNALS)} - bare
