"""Exact money: what the lines of an invoice come to. Decimals only, no floats, no clock, no database.

A line's net is its quantity times its unit price, rounded half up, away from zero, to what the currency can pay. The
tax of each rate is reckoned once, on the sum of the nets that bear it, and rounded once likewise. The total is the sum
of both: nothing is rounded twice, so all that is shown adds up, whatever the order of the lines. Invoices by EN 16931
are reckoned like this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from types import MappingProxyType
from typing import Final

_DIGITS: Final = MappingProxyType(
    dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    )
    | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
    | dict.fromkeys(["CLF", "UYW"], 4)
)
"""Decimals of the currencies of ISO 4217 that have not two."""

EXACT: Final = Context(prec=64, rounding=ROUND_HALF_UP)
"""Holds whatever may come of the largest numbers allowed, to the last digit."""

MOST_DIGITS: Final = 4
"""Of any currency."""

QUANTITY_DECIMALS: Final = 4
RATE_DECIMALS: Final = 4
MOST_QUANTITY: Final = Decimal(1_000_000_000)
MOST_RATE: Final = Decimal(100)  # percent
MOST: Final = Decimal(1_000_000_000_000)
"""In the currency's units: no price and no total reaches it. The database has room for it (numeric(20, 4))."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one line charges: a quantity, the price of one, and the rate of the tax in percent."""

    quantity: Decimal
    unit_price: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax of one rate, and the net on which it is."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Bill:
    """What lines come to, in the currency's units."""

    nets: Sequence[Decimal]
    """Of the lines, in their order."""
    taxes: Sequence[Tax]
    """By rate, the lowest first."""
    net: Decimal
    tax: Decimal
    total: Decimal


def digits(currency: str) -> int:
    """How many decimals a currency has (ISO 4217). Two, where it is none that is known."""
    return _DIGITS.get(currency, 2)


def precision(currency: str) -> str:
    """The same, as people are told of it."""
    return f"{currency} has {digits(currency) or 'no'} decimals."


def fits(amount: Decimal, decimals: int) -> bool:
    """Whether a number within the bounds above needs no more than so many decimals: 2.50 needs one."""
    return amount == amount.quantize(Decimal(1).scaleb(-decimals), context=EXACT)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount as the currency can pay it: half up, away from zero."""
    return amount.quantize(Decimal(1).scaleb(-digits(currency)), context=EXACT)


def shown(amount: Decimal, currency: str) -> str:
    """An amount for people: 12.50 EUR."""
    return f"{rounded(amount, currency):f} {currency}"


def bill(charges: Iterable[Charge], currency: str) -> Bill:
    """What lines come to, exactly."""
    nets: list[Decimal] = []
    by_rate: dict[Decimal, Decimal] = {}
    for charge in charges:
        nets.append(rounded(EXACT.multiply(charge.quantity, charge.unit_price), currency))
        by_rate[charge.rate] = EXACT.add(by_rate.get(charge.rate, Decimal(0)), nets[-1])
    taxes = [_tax(rate, net, currency) for rate, net in sorted(by_rate.items())]
    net, tax = _sum(nets, currency), _sum((one.tax for one in taxes), currency)
    return Bill(nets, taxes, net, tax, EXACT.add(net, tax))


def _tax(rate: Decimal, net: Decimal, currency: str) -> Tax:
    return Tax(rate, net, rounded(EXACT.multiply(net, rate).scaleb(-2, EXACT), currency))


def _sum(amounts: Iterable[Decimal], currency: str) -> Decimal:
    found = rounded(Decimal(0), currency)
    for amount in amounts:
        found = EXACT.add(found, amount)
    return found
