"""What was told, as text and as pictures for a terminal; nothing is asked here."""
