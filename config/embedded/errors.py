class ServersUnavailable(Exception):
    """The embedded servers cannot run here. The message is for the person at the terminal."""
