"""ingestctl, the command line of the ingest service: speaks HTTP to it and imports nothing of it.

    main        the console script
    commands    what each command does, and what commands share     → all below
    watch       asking again and again, and showing what changed    → client, render
    client      the typed client, to import                         → http
    http        asking over HTTP: retries, TLS, answers             → told
    render      values as text and as pictures for a terminal       → told, errors
    ids         ids as people write them                            → errors
    told        what the service tells, as values                   → errors
    errors      what can go wrong, and the exit code of each
    ingestion   the door to the values that callers name

tests/cli/test_floors.py keeps the arrows.
"""
