import socket

from config.embedded.binaries import valkey_binary
from config.embedded.children import Child
from config.embedded.place import Place
from config.embedded.users import ServerUser, make_folder


class Valkey:
    """The Redis-protocol server of one place: message broker and cache."""

    def __init__(self, place: Place, *, durable: bool) -> None:
        self.place = place
        self.durable = durable
        self.data = place.home / "valkey"
        self.child = Child("valkey", place.home)

    def start(self, user: ServerUser | None) -> None:
        """Start it on its data and wait until it answers."""
        program = valkey_binary(self.place.home.parent / "programs", user)
        make_folder(self.data, mode=0o700, user=user)
        options = {
            "port": "0",
            "unixsocket": str(self.place.redis_socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": "",
            # A broker that evicts loses messages.
            "maxmemory-policy": "noeviction",
        }
        self.child.start(
            [program, *(part for name, value in options.items() for part in (f"--{name}", value))],
            env={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
            cwd=self.place.home,
            user=user,
        )
        self.child.wait_until(self.answers)

    def stop(self) -> None:
        self.child.stop()

    def answers(self) -> bool:
        """Ask by hand: importing the client library would cost every command half a second."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            try:
                line.connect(str(self.place.redis_socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False
