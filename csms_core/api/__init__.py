"""The HTTP API of the reference CSMS, versioned under /api/v1; its description is at /openapi.json and /docs."""
