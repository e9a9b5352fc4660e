"""Set-up, demo and test run: what stands behind bin/. Up to `setup` only the standard library is used."""
