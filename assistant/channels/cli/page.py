"""The settings → a running Streamlit page on the address they name."""

import ipaddress
import os
import subprocess
import sys

import typer

from assistant import Assistant, SettingsInvalid


def serve_page(assistant: Assistant, host: str | None, port: int | None) -> int:
    """Run the page until it is stopped; return the exit code.

    Raises:
        SettingsInvalid: The page would listen beyond this machine without an access key.
    """
    settings = assistant.settings
    address, number = host or settings.host, port or settings.port
    if not _is_loopback(address) and settings.access_key is None:
        raise SettingsInvalid(
            f"The page would be open to everyone who reaches {address}.",
            remedy="Set SCOPEWRIGHT_ACCESS_KEY to a long random text, or listen on 127.0.0.1.",
        )
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


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
