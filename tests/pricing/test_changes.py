"""Changes: what is promised for another driving is what rating it gives."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.changes import premium_at, told_by, wishes
from pricing.exposure import SILENT, Exposure
from pricing.rating import rate
from pricing.score import score

KM = ("km_measured", "observed_km", "observed_corner_km", "limit_known_km", "observed_tyre_km")
COUNTED = ("harsh_braking_2", "harsh_braking_3", "harsh_acceleration_2", "harsh_cornering_1", "continuous_driving_2")
DRIVES = st.fixed_dictionaries(
    {name: st.integers(0, 90) for name in COUNTED}
    | {
        "km_measured": st.integers(50, 9000),
        "over_limit_10_20_km": st.integers(0, 40),
        "tyre_low_min": st.integers(0, 900),
    }
    | {"km_gap": st.integers(0, 500), SILENT: st.sampled_from([0.0, 0.4])}
)
SHARES = st.sampled_from([None, "0.70", "0.77", "0.85", "0.95", "1.00", "1.30"])  # of what the drive costs uncapped


def promised(seen, risk, tariff):
    """What each change is said to bring, and what rating the changed record gives."""
    premium, own = rate(risk, Exposure(seen), tariff), score({"truck": Exposure(seen)}, tariff, "vehicle")
    counts = {term.name: [column for column, _ in term.counts] for term in tariff.behaviours}
    for wish in wishes(told_by(premium.factors, [vars(point) for point in own.points])):
        other = {name: seen.get(name, 0) * wish.wanted / wish.rate for name in counts[wish.behaviour]}
        again = rate(risk, Exposure(seen | other), tariff)
        yield premium_at(premium.factors, wish.behaviour, wish.eta), again.amount


@given(drive=DRIVES, changed=SHARES, least=SHARES)
@settings(max_examples=60)
def test_every_promise_is_what_rating_again_gives(tariff, risk, drive, changed, least):
    """Whatever caps bind now, or would then."""
    seen = drive | {name: float(drive["km_measured"]) for name in KM} | {"moving_h": drive["km_measured"] / 50}
    now = rate(risk(), Exposure(seen), tariff).amount
    ours = replace(tariff, minimum={} if least is None else {"tpl_property": now * Decimal(least) / 31})
    paid = risk(previous=None if changed is None else (now / Decimal(changed)).quantize(Decimal("0.01")))
    for said, found in promised(seen, paid, ours):
        assert said == found


def test_a_cap_that_does_not_bind_yet_is_no_discount(tariff, risk):
    """A premium near the least that the cap on change allows: calm driving cannot bring it below."""
    seen = dict.fromkeys(KM, 4000.0) | {"harsh_braking_2": 60, "over_limit_10_20_km": 120.0}
    now = rate(risk(), Exposure(seen), tariff).amount
    paid = (now / Decimal("0.76")).quantize(Decimal("0.01"))
    both = list(promised(seen, risk(previous=paid), tariff))
    assert rate(risk(previous=paid), Exposure(seen), tariff).caps is None
    assert both and all(said == found for said, found in both)
    assert min(said for said, _ in both) == (paid * Decimal("0.75")).quantize(Decimal("0.01"))


def test_a_least_premium_is_promised_to_nobody_below(tariff, risk):
    seen = dict.fromkeys(KM, 4000.0) | {"harsh_braking_2": 60, "over_limit_10_20_km": 120.0}
    now = rate(risk(), Exposure(seen), tariff).amount
    ours = replace(tariff, minimum={"tpl_property": (now - Decimal("0.50")) / 31})
    both = list(promised(seen, risk(), ours))
    assert both and all(said == found for said, found in both)
