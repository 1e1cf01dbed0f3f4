"""Agreement: the devices made of comma2k19's minute feel what they should."""

import numpy as np
import pytest

from evaluation import agreement


@pytest.fixture(scope="module")
def driven(rivers, shared_data):
    return agreement.accelerations(agreement.speeds(0.0), agreement.SPEED)


def test_any_position_agrees_with_the_speed_better_than_an_aligned_device_on_a_slope(driven):
    turned = agreement.accelerations(agreement.turned(), agreement.ANYHOW)
    aligned = agreement.accelerations(agreement.aligned(), agreement.FORWARD)
    both = [np.interp(driven.t, *felt) - driven.accel for felt in (turned, aligned)]
    any_position, straight = (np.sqrt(np.mean(error**2)) for error in both)
    assert any_position < 0.5 < straight


def test_a_mount_is_a_rotation():
    assert np.allclose(agreement.MOUNT @ agreement.MOUNT.T, np.eye(3))
    assert np.linalg.det(agreement.MOUNT) == pytest.approx(1.0)
