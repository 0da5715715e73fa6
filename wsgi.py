"""The roof: `python wsgi.py` serves the service, `waitress-serve wsgi:app` and other threaded servers do, too.

Importing this module starts the service.
"""

from ingest_service.process import Process

process = Process()
app = process.app

if __name__ == "__main__":
    process.serve()
else:
    process.start()
