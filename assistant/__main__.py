"""`python -m assistant` → the command line."""

from assistant.channels.cli import main

if __name__ == "__main__":
    main()
