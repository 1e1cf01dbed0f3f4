"""Columns: what tables are made of, so that they are the same on SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table
from sqlalchemy.sql.schema import SchemaItem

metadata = MetaData()  # all tables of a Tripmeter

WHO = ("fleet_id", "vehicle_id")


def who() -> list[Column[str]]:
    """Whose row it is."""
    return [Column(name, String, nullable=False) for name in WHO]


def table(name: str, *parts: SchemaItem) -> Table:
    """A table of ``metadata`` with these columns and indexes."""
    made = Table(name, metadata, *parts)
    for column in made.columns:
        column.type = _portable(column.type)
    return made


def _portable(kind: Any) -> Any:
    """The same on PostgreSQL: whole numbers of 64 bits, text in the order of its bytes."""
    if isinstance(kind, Integer):
        return kind.with_variant(BigInteger(), "postgresql")
    return kind.with_variant(type(kind)(collation="C"), "postgresql") if isinstance(kind, String) else kind
