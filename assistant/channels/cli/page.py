"""The settings → a running Streamlit page on the address they name."""

import os
import subprocess
import sys

import typer

from assistant import Assistant


def serve_page(assistant: Assistant, port: int | None) -> int:
    """Run the page until it is stopped; return the exit code."""
    settings = assistant.settings
    address, number = settings.host, port or settings.port
    # Streamlit reads its theme from the folder it is started in.
    folder = settings.packaged
    command = [
        sys.executable,
        *("-m", "streamlit", "run", str(folder / "ui" / "app.py")),
        *("--server.address", address, "--server.port", str(number)),
        *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
    ]
    typer.echo(f"Scopewright is at http://{address}:{number} (stop with Ctrl+C)", err=True)
    environment = {**os.environ, "SCOPEWRIGHT_HOME": str(settings.home.absolute())}
    assistant.close()
    try:
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0
