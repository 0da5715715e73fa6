"""HTTP: how the service is asked, how long for, whom to trust, and what an answer means."""
