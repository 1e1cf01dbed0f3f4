"""Columns: what each sheet of a fleet's experience shows, and the formula of every number that is worked out."""

from collections.abc import Sequence

from pricing.reports.grid import Column

COVER = (Column("cover", "cover"), Column("at", "cover no.", "count"))  # numbers are compared: a name may be a wildcard
EVIDENCE = "SUMIFS([Vehicles:q], [Vehicles:at], [at])"
PULL = "SUMIFS([Vehicles:pull], [Vehicles:at], [at])"


def _of(sheet: str, name: str, key: str = "at") -> str:
    """The sum of another sheet's column over the rows that have this row's number."""
    return f"=SUMIFS([{sheet}:{name}], [{sheet}:{key}], [{key}])"


def _if(condition: str, then: str) -> str:
    """``then``, and an empty cell where the condition does not hold."""
    return f'=IF({condition}, {then}, "")'


PREMIUM = (
    *COVER,
    Column("vehicle_years", "vehicle-years", "number", _of("Years", "vehicle_years")),
    Column("km", "km", "count", _of("Years", "km")),
    Column("claims", "claims", "count", _of("Years", "claims")),
    Column("ultimate", "ultimate cost, capped, at the coming year's level", "money", _of("Years", "ultimate")),
    Column("expected", "expected cost, capped", "money", _of("Vehicles", "expected")),
    Column(
        "burning",
        "burning cost a vehicle-year, large losses loaded",
        "money",
        _if("[vehicle_years]>0", "[ultimate]/[vehicle_years]*(1+[Covers:large@at])"),
    ),
    Column("burning_km", "the same a 1,000 km", "money", _if("[km]>0", "[ultimate]/[km]*(1+[Covers:large@at])*1000")),
    Column(
        "expected_cost",
        "expected cost a vehicle-year, loaded",
        "money",
        _if("[vehicle_years]>0", "[expected]/[vehicle_years]*(1+[Covers:large@at])"),
    ),
    Column("own", "known cost, capped, at the coming year's level", "money", _of("Vehicles", "own")),
    Column("used", "expected of it so far", "money", _of("Vehicles", "used")),
    Column("ratio", "own / expected so far", "factor", _if("[used]>0", "[own]/[used]")),
    Column("fleet_z", "credibility of the fleet", "factor", f"={EVIDENCE}*[#fleet]/({EVIDENCE}*[#fleet]+1)"),
    Column(
        "fleet",
        "coefficient of the fleet",
        "factor",
        f"=1+[fleet_z]*(IF({EVIDENCE}>0, {PULL}/MAX({EVIDENCE}, 1E-300), 1)-1)",
    ),
    Column("credible", "credible cost, capped", "money", _of("Vehicles", "credible")),
    Column("coefficient", "credible / expected", "factor", _if("[expected]>0", "[credible]/[expected]")),
    Column(
        "weight",
        "weight of the own record",
        "share",
        _if("[used]>0", 'IF(ABS([ratio]-1)>1E-9, ([coefficient]-1)/([ratio]-1), "")'),
    ),
    Column("pure", "pure premium a vehicle-year", "money", _if("[expected]>0", "[expected_cost]*[coefficient]")),
    Column(
        "required",
        "required premium a vehicle-year",
        "money",
        _if("[expected]>0", "([pure]+[#fixed]*[#days])/(1-[#variable]-[#profit])"),
    ),
    Column("next_years", "vehicle-years to come", "input"),
    Column("next_km", "km to come", "input"),
    Column("premium", "required premium", "money", _if("[expected]>0", "[required]*[next_years]")),
    Column(
        "required_km",
        "the same a 1,000 km",
        "money",
        _if("[next_km]>0", 'IF([expected]>0, [premium]/MAX([next_km], 1E-300)*1000, "")'),
    ),
)
YEARS = (
    *COVER,
    Column("start", "from", "day"),
    Column("end", "to, excluded", "day"),
    Column("age", "age, years", "count"),
    Column("year", "line", "count"),
    Column("days", "vehicle-days", "count"),
    Column("vehicle_years", "vehicle-years", "number", "=[days]/([end]-[start])"),
    Column("km", "km", "count"),
    Column("declared", "km, of these declared", "count"),
    Column("claims", "claims", "count", "=COUNTIFS([Claims:year], [year])"),
    Column("paid", "paid", "money", _of("Claims", "paid", "year")),
    Column("reserve", "outstanding", "money", _of("Claims", "reserve", "year")),
    Column("recovery", "recoveries", "money", _of("Claims", "recovery", "year")),
    Column("incurred", "incurred", "money", "=[paid]+[reserve]-[recovery]"),
    Column("large", "claims above the cap", "count", '=COUNTIFS([Claims:year], [year], [Claims:excess], ">0")'),
    Column("excess", "above the cap", "money", _of("Claims", "excess", "year")),
    Column("capped", "capped", "money", _of("Claims", "capped", "year")),
    Column("development", "development", "input"),
    Column("trend", "trend to the coming year", "factor", "=(1+[Covers:trend@at])^[age]"),
    Column("ultimate", "ultimate", "money", "=[capped]*[development]*[trend]"),
    Column("whole", "expected cost, large losses and all", "money"),
    Column("expected", "expected cost, capped", "money", "=[whole]/(1+[Covers:large@at])"),
    Column("frequency", "claims a vehicle-year", "factor", _if("[vehicle_years]>0", "[claims]/[vehicle_years]")),
    Column(
        "a_vehicle_year", "ultimate a vehicle-year", "money", _if("[vehicle_years]>0", "[ultimate]/[vehicle_years]")
    ),
    Column("a_1000_km", "ultimate a 1,000 km", "money", _if("[km]>0", "[ultimate]/[km]*1000")),
)
CLAIMS = (
    Column("claim_id", "claim"),
    Column("vehicle_id", "vehicle"),
    *COVER,
    Column("year", "line of Years", "count"),
    Column("vehicle", "line of Vehicles", "count"),
    Column("day", "day of loss", "day"),
    Column("status", "status"),
    Column("deductible", "deductible borne", "money"),
    Column("paid", "paid", "money"),
    Column("reserve", "outstanding", "money"),
    Column("recovery", "recoveries", "money"),
    Column("incurred", "incurred", "money", "=[paid]+[reserve]-[recovery]"),
    Column("capped", "capped", "money", "=MIN([incurred], [Covers:cap@at])"),
    Column("excess", "above the cap", "money", "=[incurred]-[capped]"),
    Column("growth", "development x trend", "factor", "=[Years:development@year]*[Years:trend@year]"),
    Column("ultimate", "ultimate", "money", "=[capped]*[growth]"),
    Column("levelled", "known, at the coming year's level", "money", "=[capped]*[Years:trend@year]"),
)
OPTIONS = (
    *COVER,
    Column("deductible", "deductible", "money", "=[#$option]"),
    Column("claims", "claims left", "count", '=COUNTIFS([Claims:at], [at], [Claims:$option], ">0")'),
    Column("ultimate", "ultimate left", "money", "=SUMIFS([Claims:$option], [Claims:at], [at])"),
    Column(
        "own",
        "share left, own",
        "share",
        "=IF([Premium:ultimate@at]>0, MAX([ultimate]/MAX([Premium:ultimate@at], 1E-300), 0), 1)",
    ),
    Column("portfolio", "share left, portfolio", "input_share"),
    Column("share", "blended", "share", "=[used]*[own]+(1-[used])*[portfolio]"),
    Column(
        "used",
        "weight of the own record",
        "share",
        "=IF(ISNUMBER([Premium:weight@at]), MIN(MAX([Premium:weight@at], 0), 1), 0)",
    ),
    Column("pure", "pure premium a vehicle-year", "money", _if("[Premium:expected@at]>0", "[Premium:pure@at]*[share]")),
    Column(
        "required",
        "required premium a vehicle-year",
        "money",
        _if("[Premium:expected@at]>0", "([pure]+[#fixed]*[#days])/(1-[#variable]-[#profit])"),
    ),
)
COVERS = (
    *COVER,
    Column("cap", "cap of a claim", "input"),
    Column("cap_from", "from"),
    Column("trend", "trend a year", "input_share"),
    Column("trend_from", "from"),
    Column("large", "large losses, share of capped", "input_share"),
    Column("large_from", "from"),
    Column("mean_claim", "mean claim, capped", "input"),
    Column("mean_claim_from", "from"),
    Column("variation", "squared variation of a claim", "input"),
    Column("variation_from", "from"),
    Column("development_from", "development factors from"),
)
CHOICES = (Column("name", "name"), Column("value", "value", "input"), Column("what", "what it is"))


def option(name: str) -> Column:
    """The column of claims that are run again with the deductible that is a constant of this name."""
    left = f"[incurred]-MIN(MAX([incurred], 0), MAX([#{name}]-[deductible], 0))"
    return Column(name, f"with {name.replace('_', ' ')}", "money", f"=MIN({left}, [Covers:cap@at])*[growth]")


def vehicles(ages: Sequence[int]) -> tuple[Column, ...]:
    """The columns of vehicles: what is expected of each year, and what of that is known by now."""
    whole = "+".join(f"[expected_{age}]" for age in ages)
    so_far = "+".join(f"[expected_{age}]/[Years:development@line_{age}]" for age in ages)
    known = "[used]/MAX([Covers:mean_claim@at], 1E-300)/(1+[Covers:variation@at])"
    return (
        *COVER,
        Column("vehicle", "line", "count"),
        Column("vehicle_id", "vehicle"),
        Column("vehicle_years", "vehicle-years", "number"),
        Column("km", "km", "count"),
        Column("claims", "claims", "count", "=COUNTIFS([Claims:vehicle], [vehicle])"),
        *[Column(f"expected_{age}", f"expected cost of the year of age {age}, all", "money") for age in ages],
        Column("expected", "expected cost, capped", "money", f"=({whole})/(1+[Covers:large@at])"),
        Column("used", "expected of it so far", "money", f"=({so_far})/(1+[Covers:large@at])"),
        Column("ultimate", "ultimate", "money", _of("Claims", "ultimate", "vehicle")),
        Column("own", "known cost, at the coming year's level", "money", _of("Claims", "levelled", "vehicle")),
        Column("ratio", "own / expected so far", "factor", "=IF([used]>0, [own]/MAX([used], 1E-300), 0)"),
        Column("evidence", "claims expected, for their spread", "factor", f"=IF([Covers:mean_claim@at]>0, {known}, 0)"),
        Column("q", "evidence", "factor", "=[evidence]/(1+[evidence]*[#tau])"),
        Column("pull", "evidence x own / expected", "factor", "=[q]*[ratio]"),
        Column("z", "credibility", "factor", "=[q]*[#tau]"),
        Column("coefficient", "coefficient", "factor", "=[z]*[ratio]+(1-[z])*[Premium:fleet@at]"),
        Column("credible", "credible cost, capped", "money", "=[expected]*[coefficient]"),
    )
