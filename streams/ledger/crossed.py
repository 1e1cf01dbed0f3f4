"""Crossed: what is known when premiums are posted, as far as the configuration lets pricing know it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from pricing.crossing import FULL, km
from pricing.exposure import Exposure
from pricing.stated import Stated, stated
from pricing.tariff import Tariff
from streams.ledger.book import VEHICLE, Book, gathered


def crossed(connection: Connection, tariff: Tariff, now: datetime, privacy: str) -> Book:
    """The book of a store at ``now``; with the switch on, of its driving nothing but scores and km."""
    book = gathered(connection, tariff, now)
    return book if privacy == FULL else private(book, tariff)


def private(book: Book, tariff: Tariff) -> Book:
    """A book that holds of each vehicle its km by day and its score, and of nobody anything else."""
    told = {one: own if isinstance(own, Stated) else stated(own, tariff) for one, own in book.own.items()}
    for *vehicle, klass in book.risks.select(*VEHICLE, "class").unique(maintain_order=True).iter_rows():
        told.setdefault((vehicle[0], vehicle[1]), stated({klass: Exposure()}, tariff))
    return replace(book, driven=km(book.driven), told=told)
