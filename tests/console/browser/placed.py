"""Placed: a fleet as the service says where it is, made up: rows of sixteen bytes, and the frame they begin with."""

import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from playwright.sync_api import Page

ROW = np.dtype(
    [
        ("lon", "<i4"),
        ("lat", "<i4"),
        ("heading", "<u2"),
        ("speed", "<u2"),
        ("status", "u1"),
        ("risk", "u1"),
        ("age", "<u2"),
    ]
)


def frame(vehicles: Sequence[str], rows: Any) -> bytes:
    """What ``/positions.bin`` answers of some vehicles."""
    head = json.dumps({"roster": "made", "ids": list(vehicles)}).encode()
    return struct.pack("<I", len(head)) + head + rows.tobytes()


def placed(page: Page, vehicles: Sequence[str], rows: Any) -> None:
    """From now on the page is told of these vehicles at its start."""
    body = frame(vehicles, rows)
    page.route("**/positions.bin", lambda route: route.fulfill(body=body, content_type="application/octet-stream"))
