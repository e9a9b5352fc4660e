"""Who could help whom: district → plain values → solver → proposal. A proposal writes nothing until it is applied."""
