"""The Model Context Protocol: tools, resources and prompts for editors and agents."""
