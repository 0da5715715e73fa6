"""The roof: `python wsgi.py` serves the service, `waitress-serve wsgi:app` and other threaded servers do, too.

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
