"""Where the samples beside the checkout lie."""

from pathlib import Path

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
