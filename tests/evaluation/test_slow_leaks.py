"""Slow leaks: the tyres that are drawn lose what they should, and a longer look only adds to a shorter one."""

import numpy as np

from evaluation import slow_leaks
from evaluation.slow_leaks import LIMIT, VEHICLES, drawn
from simulator.tyres import ATMOSPHERE, COLD, ZERO


def test_one_wheel_loses_what_was_asked_for_and_the_others_nothing():
    tyres = drawn(5.0, 5).tyres
    cold = (tyres.pressure + ATMOSPHERE) * (COLD + ZERO) / (tyres.temp + ZERO) - ATMOSPHERE
    days = (tyres.t - slow_leaks.START) / 86_400
    first = np.unique(tyres.wheel)[0]
    slopes = [np.polyfit(days[chosen], cold[chosen], 1)[0] for chosen in (tyres.wheel == first, tyres.wheel != first)]
    assert np.allclose(np.array(slopes) / slow_leaks.PLACARD, [-0.05, 0.0], atol=0.003)


def test_a_longer_look_begins_as_the_shorter_one_does():
    few, more = drawn(3.0, 2), drawn(3.0, 5)
    assert set(few.t.tolist()) < set(more.t.tolist())
    assert few.t.size < more.t.size


def test_no_leak_is_told_of_sound_tyres_and_every_clear_one_is_found(rivers):
    sound, clear = (slow_leaks._found(loss, 5) for loss in (0.0, 1.5 * LIMIT))
    assert (sound.truths, sound.events) == (0, 0)
    assert (clear.truths, clear.found) == (VEHICLES, VEHICLES)
