"""`python -m assistant.channels.slack_bot` serves Slack."""

from assistant.channels.slack_bot.serving import main

main()
