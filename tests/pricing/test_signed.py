"""Signatures of tariffs, and tariffs one after another."""

from dataclasses import replace
from datetime import date

import pytest

from pricing import signed
from pricing.document import TariffError
from pricing.tariffs import parse, standard_text
from pricing.tariffs.changed import with_peers
from pricing.tariffs.dated import dated, in_force
from streams import keys

SIGN, CHECK = keys.pair()


def dates(name, since, until="", status="filed"):
    said = (
        standard_text().replace("standard-2026.1", name, 1).replace("valid_from = 2026-01-01", f"valid_from = {since}")
    )
    end = f"valid_to = {until}\n" if until else ""
    return parse(end + said.replace('status = "illustrative"', f'status = "{status}"'), name)


@pytest.fixture(scope="module")
def signature(tariff):
    return signed.read(signed.write(signed.sign(tariff, CHECK, keys.signer(SIGN))), "it.sig")


def test_a_signed_tariff_is_good_whatever_its_layout(tariff, signature):
    signed.check(parse("# a comment\n" + standard_text(), "x"), signature, keys.checker(CHECK))
    assert (signature.tariff_id, signature.key) == (tariff.tariff_id, CHECK)


def test_another_number_is_named(signature):
    alone = with_peers(standard_text(), "")  # which would want others with every weight
    other = parse(alone.replace("car = 0.0004", "car = 0.0005").replace("beta = 0.14", "beta = 0.15"), "x")
    with pytest.raises(signed.SignatureError) as error:
        signed.check(other, signature, keys.checker(CHECK))
    assert "covers.cargo.per_km.car: signed 0.0004, now 0.0005" in str(error.value)
    assert "behaviours.harsh_braking.beta: signed 0.14, now 0.15" in str(error.value)


def test_another_key_or_an_altered_signature_is_not_good(tariff, signature):
    with pytest.raises(signed.SignatureError, match="is not good for key"):
        signed.check(tariff, signature, keys.checker(keys.pair()[1]))
    forged = signed.Signature(**(vars(signature) | {"content": signature.content | {"currency": "CNY"}}))
    with pytest.raises(signed.SignatureError, match="is not good for key"):
        signed.check(tariff, forged, keys.checker(CHECK))


HEAD = '{"format": "tripmeter-signature/1", "tariff_id": "a", "digest": "b", "key": "c", "signature": "d"'


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"format": "tripmeter-signature/1"}', f'{HEAD}, "content": 5}}'])
def test_what_is_no_signature_is_told(said):
    with pytest.raises(signed.SignatureError, match=r"it\.sig: not a signature"):
        signed.read(said, "it.sig")


def test_a_number_that_no_content_has_is_another_content(tariff):
    forged = signed.read(f'{HEAD}, "content": {{"loads": 0.5}}}}', "it.sig")
    with pytest.raises(signed.SignatureError, match="is not good for key c"):
        signed.check(tariff, forged, keys.checker(CHECK))


def test_a_term_is_rated_by_the_tariff_in_force_at_its_start():
    one, two, three = dates("a", "2025-01-01"), dates("b", "2026-01-01", "2027-01-01"), dates("c", "2027-03-01")
    found = dated([three, one, two])
    named = [
        in_force(found, day).name for day in (date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2030, 1, 1))
    ]
    assert named == ["a", "a", "b", "c"]
    for day in (date(2024, 12, 31), date(2027, 1, 1)):
        with pytest.raises(TariffError, match=f"no tariff is in force on {day}: a.* from 2025-01-01 to"):
            in_force(found, day)


def test_each_currency_has_a_series_of_its_own():
    euro, yuan = (
        replace(dates(name, since), currency=name) for name, since in (("EUR", "2025-01-01"), ("CNY", "2025-03-01"))
    )
    found = dated([yuan, euro, replace(dates("later", "2026-01-01"), currency="CNY")])
    day = date(2026, 6, 1)
    assert [in_force(found, day, name).name for name in ("", "EUR", "CNY", "USD")] == ["EUR", "EUR", "later", "EUR"]
    with pytest.raises(TariffError, match="both begin on 2025-01-01"):
        dated([euro, replace(dates("b", "2025-01-01"), currency="EUR")])


def test_an_illustrative_one_stands_in(tariff):
    assert in_force([tariff], date(2020, 1, 1)) is tariff


def test_two_at_once_are_refused():
    with pytest.raises(TariffError, match="both begin on 2025-01-01"):
        dated([dates("a", "2025-01-01"), dates("b", "2025-01-01")])
    with pytest.raises(TariffError, match="ends on 2027-01-01, after b"):
        dated([dates("a", "2025-01-01", "2027-01-01"), dates("b", "2026-01-01")])
