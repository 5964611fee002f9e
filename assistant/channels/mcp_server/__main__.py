"""`python -m assistant.channels.mcp_server` serves the Model Context Protocol."""

from assistant.channels.mcp_server.serving import main

main()
