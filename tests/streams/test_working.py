"""Working: what a worker process looks at before it takes anything."""

import pytest

from devices import frames
from streams.layers import ConfigError
from streams.settings import Kafka
from streams.working import _are_at_home

FLEETS = [("north", "V1"), ("north", "V2"), ("south", "V1")]


def test_vehicles_are_where_the_settings_put_them():
    for said in (Kafka(partitions=4), Kafka(partitions=4, spread="vehicle")):
        for vehicle in FLEETS:
            _are_at_home(said, frames.partition(*vehicle, said.partitions, said.spread), [vehicle])


@pytest.mark.parametrize("changed", [Kafka(partitions=5), Kafka(partitions=4, spread="vehicle")])
def test_settings_that_were_changed_with_data_on_record_are_refused(changed):
    home = frames.partition("north", "V1", 4, "fleet")
    vehicles = [("north", f"V{k}") for k in range(50)]
    with pytest.raises(ConfigError, match=f"partition {home} holds .* Set them back"):
        _are_at_home(changed, home, vehicles)
