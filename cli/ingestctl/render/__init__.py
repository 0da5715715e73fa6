"""Values as text, as tables and as screens of a terminal."""
