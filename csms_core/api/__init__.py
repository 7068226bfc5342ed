"""The HTTP API of the reference CSMS, versioned under /api/v1; its description is at /openapi.json and /docs."""

from csms_core.api.http import segments

__all__ = ["segments"]  # imported first: every route needs its `{name:segment}`
