"""`python -m assistant.channels.http_api` serves the API."""

from assistant.channels.http_api.serving import main

main()
