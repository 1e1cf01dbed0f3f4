"""Traccar v1: what Traccar's MQTT position forwarding says, in our words and units."""

import msgspec
import pytest

from devices.codecs import DecodeError, DeviceReport, decode

FORWARDED = b"""{"position": {"id": 90211, "attributes": {"sat": 11, "ignition": true, "motion": true,
 "odometer": 184223400, "distance": 412.5, "totalDistance": 99887.1, "power": 27.9, "battery": 4.1, "hours": 36000000,
 "rpm": 1450, "coolantTemp": 88, "fuelLevel": 61, "driverUniqueId": "D-17", "alarm": "hardBraking,sos",
 "dtcs": "P0301 P0420", "speedLimit": 43.19656}, "deviceId": 7, "protocol": "teltonika",
 "serverTime": "2025-11-22T04:40:03.120+00:00", "deviceTime": "2025-11-22T04:40:00.000+00:00",
 "fixTime": "2025-11-22T04:40:00.000+00:00", "valid": true, "latitude": 31.2301, "longitude": 121.4702,
 "altitude": 12.0, "speed": 33.5, "course": 45.0, "address": null, "accuracy": 4.0, "network": null},
 "device": {"id": 7, "attributes": {}, "groupId": 0, "name": "Truck 7", "uniqueId": "truck-7", "status": "online",
 "lastUpdate": "2025-11-22T04:40:03.100+00:00", "positionId": 90210, "phone": null, "disabled": false}}"""
T = 1763786400.0


def position(protocol="teltonika", valid=True, fixed="2025-11-22T04:40:00Z", told="2025-11-22T04:40:00Z", **attributes):
    body = {"fixTime": fixed, "deviceTime": told, "valid": valid, "latitude": 48.0, "longitude": 8.4, "speed": 10.0}
    return decode(
        msgspec.json.encode({"position": body | {"protocol": protocol, "attributes": attributes}, "device": {}})
    )


def test_a_forwarded_position_is_one_sample_in_our_units():
    reading = decode(FORWARDED)
    assert reading.t == [T]
    assert reading.columns == {
        "odometer_km": 184223.4,
        "ignition": 1.0,
        "battery_v": 27.9,
        "engine_rpm": 1450,
        "coolant_c": 88,
        "fuel_pct": 61,
        "speed_limit_kmh": 80.0,
        "lat_deg": 31.2301,
        "lon_deg": 121.4702,
        "speed_kmh": 62.042,  # 33.5 knots
        "heading_deg": 45.0,
        "gnss_accuracy_m": 4.0,
        "satellites": 11,
    }
    assert (reading.driver, reading.fault_codes) == ("D-17", ["P0301", "P0420"])


def test_the_positions_id_is_the_seq_so_that_the_same_one_again_is_no_news():
    reading = decode(FORWARDED)
    assert (reading.boot, reading.seq) == ("traccar", 90211)
    without = position()
    assert (without.boot, without.seq) == ("traccar", round(T * 1000))  # a server that stores nothing gives no ids


def raised(*said, **attributes):
    return [(event.kind, event.level, event.code) for event in position(*said, **attributes).events]


def test_an_alarm_without_a_fix_is_nowhere():
    (event,) = position(valid=False, alarm="sos").events
    assert event == DeviceReport(T, "sos", 3)


def test_several_alarms_in_one_position_are_as_many_events():
    assert decode(FORWARDED).events == [
        DeviceReport(T, "harsh_braking", 2, lat_deg=31.2301, lon_deg=121.4702),
        DeviceReport(T, "sos", 3, lat_deg=31.2301, lon_deg=121.4702),
    ]
    assert [event.kind for event in position(alarm="powerCut, tow,powerCut").events] == ["power_cut", "tow"]
    assert raised(alarm="geofenceExit") == [("geofence", 1, "exit")]
    assert raised(alarm="highRpm") == [("high_rpm", 1, None)]


def test_without_a_valid_fix_there_is_neither_position_nor_speed():
    reading = position(valid=False, ignition=False)
    assert reading.columns == {"ignition": 0.0}


def test_a_report_that_repeats_the_last_fix_has_its_own_time_and_no_position():
    reading = position(told="2025-11-22T04:50:00Z", ignition=True)
    assert reading.t == [T + 600]
    assert reading.columns == {"ignition": 1.0}


def test_a_position_guessed_from_the_network_is_no_fix():
    assert position(approximate=True).columns == {}


def test_a_driver_card_of_zeros_says_nothing():
    assert position(driverUniqueId="0000000000").driver is None
    assert position(driverUniqueId="").driver is None
    assert position().driver is None


def test_distance_summed_by_traccar_is_no_odometer():
    assert "odometer_km" not in position(totalDistance=99887.1).columns
    assert position(obdOdometer=5000, totalDistance=9.0).columns["odometer_km"] == 5.0


def test_a_supply_in_another_unit_is_not_measured():
    assert "battery_v" not in position(power=12600).columns


def test_bits_of_jt808_that_traccar_may_have_misread_keep_both_readings():
    """By the standard 16 is tyre pressure, 17 a blind spot, 18 a day's driving; Traccar says tampering, low battery."""
    for protocol in ("jt808", "huabao"):
        tampering, battery = position(protocol, alarm="tampering,lowBattery").events
        assert (tampering.kind, tampering.code) == ("tampering", "bit 16 or 17")
        assert (battery.kind, battery.code) == ("low_battery", "bit 7 or 18")
        assert raised(protocol, alarm="powerOff") == [("power_cut", 2, None)]
    assert raised(alarm="tampering,lowBattery") == [("tampering", 1, None), ("low_battery", 1, None)]
    assert raised(alarm="powerOff") == [("power_off", 1, None)]


def test_epoch_milliseconds_of_older_versions_are_times_too():
    assert position(fixed=1763786400000, told=1763786400000).t == [T]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"position": {}}', "traccar_v1: 'fixTime' and 'deviceTime' are missing, at $.position"),
        (
            b'{"position": {"fixTime": "noon"}}',
            "traccar_v1: 'fixTime' is 'noon', expected a time, at $.position.fixTime",
        ),
        (b'{"position": 5}', "traccar_v1: Expected `object`, got `int` - at `$.position`"),
        (b'{"device": {}}', "payload: 'v' is missing, at $"),
    ],
)
def test_an_error_says_what_was_found_and_where(body, error):
    with pytest.raises(DecodeError) as caught:
        decode(body)
    assert str(caught.value) == error
