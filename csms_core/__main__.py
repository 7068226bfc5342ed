"""`python -m csms_core`."""

from csms_core.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
