"""Contracts: rows of who is insured, and what for."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec

from pricing.tariff import COVERS
from streams.registry.base import Currency, EndDay, FirstDay, Id, Name, Note, OfFleet, Row, Vehicle, says

CANCELLATIONS = ("pro_rata", "ninety", "illustrative")  # pricing/billing/cancellations


class Policyholder(Row, frozen=True, kw_only=True):
    """Who is insured."""

    KIND, KEY = "policyholders", ("policyholder_id",)
    policyholder_id: Id
    name: Name
    country: Annotated[str, says("two letters, ISO 3166")] = ""
    note: Note = ""


class Policy(Row, frozen=True, kw_only=True):
    """A contract."""

    KIND, KEY = "policies", ("policy_id",)
    policy_id: Id
    policyholder_id: Annotated[str, says("who is insured", "policyholders")]
    from_: FirstDay = msgspec.field(name="from")
    to: EndDay
    basis: Annotated[str, says("how exposure is agreed", choices=("fixed", "declaration", "per_km"))]
    currency: Currency
    cancelled: Annotated[date | None, says("ended early: the first day without cover")] = None
    cancellation: Annotated[
        str, says("what is given back then: by the day, or by a short-rate table", choices=CANCELLATIONS)
    ] = "pro_rata"
    renews: Annotated[str, says("policy that this one continues: charged as its offer was accepted", "policies")] = ""
    deposit: Annotated[
        Decimal | None, says("`declaration`: paid for the whole policy at its start; empty: what is indicated")
    ] = None
    minimum: Annotated[Decimal | None, says("`declaration`: share of the deposit kept in any case, 0 to 1")] = None
    declared_km: Annotated[float | None, says("`declaration`: km of the term that the deposit is for")] = None
    declared_days: Annotated[
        float | None, says("`declaration`: vehicle-days of the term that the deposit is for, where it is not for km")
    ] = None
    actual_km: Annotated[
        float | None, says("`declaration`: km driven in the end; empty: those on record once the term is over")
    ] = None


class PolicyVehicle(Row, frozen=True, kw_only=True):
    """What a policy covers for a vehicle, a row a cover and period: the schedule."""

    KIND, KEY = "policy_vehicles", ("policy_id", "vehicle_id", "fleet_id", "cover", "from_")
    ONCE = ("policy_id", "vehicle_id", "fleet_id", "cover")
    policy_id: Annotated[str, says("policy", "policies")]
    vehicle_id: Vehicle
    fleet_id: OfFleet = ""
    cover: Annotated[str, says("what is covered", choices=COVERS)]
    from_: FirstDay = msgspec.field(name="from")
    to: EndDay
    limit: Annotated[Decimal | None, says("most that is paid for a claim")] = None
    deductible: Annotated[Decimal | None, says("borne by the insured in each claim")] = None
    sum_insured: Annotated[Decimal | None, says("what the vehicle or cargo is insured for")] = None
    driver_basis: Annotated[str, says("who may drive", choices=("any", "named"))] = "any"
    annual_km: Annotated[float | None, says("declared km a year")] = None
    experience: Annotated[float | None, says("coefficient of past claims, 1 neutral")] = None
