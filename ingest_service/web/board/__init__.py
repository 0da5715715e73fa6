"""Pages for people: the board of departures."""
