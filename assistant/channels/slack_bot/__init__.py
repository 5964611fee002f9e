"""Events of Slack → calls of the service → messages in threads, within Slack's limits."""
