"""The protocol: what holds for every request and answer, whatever it is about."""
