"""What a browser sees of the machine: the bubblewrap command line around Chromium. Pure.

Only system files, fonts and certificates (read-only), its own directory as home, and empty temporary file systems.
The network is cut off one step earlier, by `keeper`.
"""

from dataclasses import dataclass

HOME = "/home/browser"

_SYSTEM = ("/usr",)
_LINKS = (("usr/lib", "/lib"), ("usr/lib64", "/lib64"), ("usr/lib32", "/lib32"), ("usr/bin", "/bin"))
_OPTIONAL = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/etc/ca-certificates",
)
_POLICIES = ("/etc/chromium/policies/managed/node.json", "/etc/opt/chrome/policies/managed/node.json")

# What stands between bubblewrap and Chromium. Standard input is the keeper's leash: when it ends, all in here ends.
_LEASH = 'exec 3<&0 </dev/null; (read -r _ <&3; kill -KILL -1) & exec "$@" 3<&-'

# Temporary files live in memory; one browser may not take all of it.
_TEMPORARY_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Sandbox:
    """`home` and `binary_directory` are paths as the keeper sees them; the latter is empty below /usr.

    `name` becomes the host name inside, and so tells from outside whose bubblewrap a process is.
    """

    name: str
    home: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    binary_directory: str = ""
    binary_mounted_at: str = ""
    policy_descriptors: tuple[int, ...] = ()  # open files with the managed policies' text, one for each place
    can_limit_size: bool = True  # bubblewrap before 0.8 has no --size


def bubblewrap_arguments(sandbox: Sandbox, program: str = "bwrap") -> list[str]:
    size = ["--size", str(_TEMPORARY_BYTES)] if sandbox.can_limit_size else []
    arguments = [
        program,
        "--unshare-user",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--hostname",
        sandbox.name,
        "--die-with-parent",
        "--new-session",
        "--clearenv",
    ]
    for path in _SYSTEM:
        arguments += ["--ro-bind", path, path]
    for target, link in _LINKS:
        arguments += ["--symlink", target, link]
    for path in _OPTIONAL:
        arguments += ["--ro-bind-try", path, path]
    for descriptor, path in zip(sandbox.policy_descriptors, _POLICIES, strict=False):
        arguments += ["--ro-bind-data", str(descriptor), path]
    arguments += ["--dev", "/dev", *size, "--tmpfs", "/dev/shm", "--proc", "/proc", *size, "--tmpfs", "/tmp"]  # noqa: S108
    if sandbox.binary_directory:
        arguments += ["--ro-bind", sandbox.binary_directory, sandbox.binary_mounted_at]
    arguments += ["--bind", sandbox.home, HOME, "--chdir", HOME]
    for name, value in (("HOME", HOME), ("PATH", "/usr/bin:/bin"), *sandbox.environment):
        arguments += ["--setenv", name, value]
    return [*arguments, "--", "/bin/sh", "-c", _LEASH, "leash", *sandbox.command]
