"""Invoices add up: exactly, whatever is charged, in whatever order, in whatever currency."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.items import money
from engine.items.money import Bill, Charge

CURRENCIES = {"EUR": 2, "JPY": 0, "BHD": 3, "CLF": 4, "XXX": 2}


def rounded(amount: Fraction, digits: int) -> Fraction:
    """Half up, away from zero, reckoned with whole numbers alone."""
    scaled = abs(amount) * 10**digits
    whole = Fraction(floor(scaled + Fraction(1, 2)), 10**digits)
    return whole if amount >= 0 else -whole


def oracle(charges: Sequence[Charge], digits: int) -> tuple[list[Fraction], dict[Fraction, Fraction]]:
    """The nets of the lines and the taxes by their rates, by fractions."""
    nets = [rounded(Fraction(one.quantity) * Fraction(one.unit_price), digits) for one in charges]
    sums: dict[Fraction, Fraction] = {}
    for one, net in zip(charges, nets, strict=True):
        sums[Fraction(one.rate)] = sums.get(Fraction(one.rate), Fraction(0)) + net
    return nets, {rate: rounded(net * rate / 100, digits) for rate, net in sums.items()}


def exact(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    """Exact numbers, the bounds included; no float is made on the way."""
    return st.integers(low * 10**places, high * 10**places).map(lambda n: Decimal(n).scaleb(-places, money.EXACT))


def charges(digits: int) -> st.SearchStrategy[list[Charge]]:
    """Lines, with quantities and prices as large as they may be, and rates that come again."""
    rates = st.sampled_from([Decimal(text) for text in ("0", "5.5", "7", "8.875", "19", "19.00", "33.3333", "100")])
    prices = st.one_of(exact(-100, 100, digits), exact(-int(money.MOST), int(money.MOST), digits))
    quantities = st.one_of(exact(0, 20, 4), exact(0, int(money.MOST_QUANTITY), 4))
    lines = st.builds(Charge, quantities, prices, st.one_of(rates, exact(0, 100, 4)))
    return st.lists(lines, max_size=12)


@st.composite
def bills(draw: st.DrawFn) -> tuple[list[Charge], str, Bill]:
    """Lines in a currency, and what they come to."""
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    lines = draw(charges(CURRENCIES[currency]))
    return lines, currency, money.bill(lines, currency)


@settings(max_examples=400)
@given(bills())
def test_every_amount_is_what_fractions_say(drawn: tuple[list[Charge], str, Bill]) -> None:
    """AI1: each line is rounded once, and each rate's tax once, on the sum of the lines that bear it."""
    lines, currency, bill = drawn
    nets, taxes = oracle(lines, CURRENCIES[currency])
    assert [Fraction(net) for net in bill.nets] == nets
    assert {Fraction(one.rate): Fraction(one.tax) for one in bill.taxes} == taxes
    assert Fraction(bill.total) == sum(nets) + sum(taxes.values())


@settings(max_examples=400)
@given(bills())
def test_what_is_shown_adds_up(drawn: tuple[list[Charge], str, Bill]) -> None:
    """AI1: to the last digit, and every amount can be paid."""
    lines, currency, bill = drawn
    assert sum((Fraction(net) for net in bill.nets), Fraction(0)) == Fraction(bill.net)
    assert sum((Fraction(one.net) for one in bill.taxes), Fraction(0)) == Fraction(bill.net)
    assert sum((Fraction(one.tax) for one in bill.taxes), Fraction(0)) == Fraction(bill.tax)
    assert Fraction(bill.net) + Fraction(bill.tax) == Fraction(bill.total)
    amounts = [*bill.nets, bill.net, bill.tax, bill.total, *(one.net for one in bill.taxes), bill.total]
    assert {amount.as_tuple().exponent for amount in amounts} <= {-CURRENCIES[currency]}
    assert all(type(amount) is Decimal for amount in amounts)
    assert [one.rate for one in bill.taxes] == sorted({line.rate for line in lines})


@settings(max_examples=200)
@given(bills(), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_is_all_the_same(drawn: tuple[list[Charge], str, Bill], chance: random.Random) -> None:
    """AI1: but for the order of their own amounts."""
    lines, currency, bill = drawn
    mixed = chance.sample(lines, len(lines))
    other = money.bill(mixed, currency)
    assert (other.net, other.tax, other.total, other.taxes) == (bill.net, bill.tax, bill.total, bill.taxes)
    assert sorted(other.nets) == sorted(bill.nets)


@given(charges(2))
def test_lines_of_one_rate_may_be_split_without_changing_the_tax(lines: list[Charge]) -> None:
    """AI1: the tax is on the sum: two lines of one each bear what one line of two does."""
    whole = [Charge(2 * line.quantity.to_integral_value(), line.unit_price, line.rate) for line in lines]
    half = [Charge(line.quantity.to_integral_value(), line.unit_price, line.rate) for line in lines for _ in range(2)]
    one, other = money.bill(whole, "EUR"), money.bill(half, "EUR")
    assert (one.taxes, one.total) == (other.taxes, other.total)


@pytest.mark.parametrize(
    ("currency", "quantity", "price", "rate", "net", "tax"),
    [
        ("EUR", "3", "0.335", "0", "1.01", "0.00"),  # 1.005: half up
        ("EUR", "1", "-0.005", "0", "-0.01", "0.00"),  # away from zero
        ("EUR", "0.3333", "100.00", "19", "33.33", "6.33"),
        ("JPY", "0.5", "1", "10", "1", "0"),
        ("BHD", "1", "0.0005", "0", "0.001", "0.000"),
        ("EUR", "2.5", "0.01", "50", "0.03", "0.02"),
    ],
)
def test_halves_are_rounded_up(currency: str, quantity: str, price: str, rate: str, net: str, tax: str) -> None:
    """AI1: away from zero, in the currency's own units."""
    bill = money.bill([Charge(Decimal(quantity), Decimal(price), Decimal(rate))], currency)
    assert (f"{bill.net:f}", f"{bill.tax:f}") == (net, tax)


def test_no_lines_come_to_nothing() -> None:
    """AI1: in whole units of the currency."""
    assert money.bill([], "EUR") == Bill([], [], Decimal("0.00"), Decimal("0.00"), Decimal("0.00"))


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_a_number_fits_that_needs_no_more_decimals(currency: str) -> None:
    """AI1: however it is written, and however long."""
    digits = money.digits(currency)
    assert digits == CURRENCIES[currency]
    unit = Decimal(1).scaleb(-digits)
    for good in (Decimal(0), unit, Decimal("1.000000"), Decimal("1E+3"), -unit, Decimal("-0E-90")):
        assert money.fits(good, digits), good
    beyond = Decimal("1." + "0" * 90 + "1")
    for bad in (unit / 10, unit.scaleb(-90), beyond, Decimal("1E-999999"), -unit / 2):
        assert not money.fits(bad, digits), bad
