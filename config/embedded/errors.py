class ServersUnavailable(Exception):  # noqa: N818 - reads as the sentence it prints
    """The embedded servers cannot run here. The message is for the person at the terminal."""
