"""Entry point: for `python wsgi.py`, and for `waitress-serve wsgi:app` or another server with threads.

Importing this module starts the service.
"""

if __name__ == "__main__":
    from ingest_service.__main__ import main

    main()
else:
    from ingest_service.process import Process

    process = Process()
    app = process.app
    process.start()
