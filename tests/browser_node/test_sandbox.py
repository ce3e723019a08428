"""bubblewrap's command line."""

from browser_node.sandbox import Sandbox, bubblewrap_arguments

PLAIN = Sandbox(name="n", home="/var/x", command=("/usr/lib/chromium/chromium", "--flag"), environment=(("TZ", "UTC"),))


def pairs(arguments: list[str], option: str) -> list[tuple[str, str]]:
    return [(arguments[i + 1], arguments[i + 2]) for i, word in enumerate(arguments) if word == option]


def test_the_command_comes_last_after_the_separator() -> None:
    arguments = bubblewrap_arguments(PLAIN, "/usr/bin/bwrap")
    assert arguments[0] == "/usr/bin/bwrap"
    assert arguments[-2:] == ["/usr/lib/chromium/chromium", "--flag"]
    assert arguments[arguments.index("--") + 1] == "/bin/sh"  # which holds the leash and becomes Chromium


def test_only_its_own_directory_is_writable() -> None:
    arguments = bubblewrap_arguments(PLAIN)
    assert pairs(arguments, "--bind") == [("/var/x", "/home/browser")]
    assert {source for source, _ in pairs(arguments, "--ro-bind")} == {"/usr"}
    shown = {source for source, _ in pairs(arguments, "--ro-bind-try")}
    assert not any(path.rstrip("/") in ("/", "/etc", "/var", "/run", "/home", "/root", "/tmp") for path in shown)


def test_it_dies_with_its_parent_and_inherits_no_environment() -> None:
    arguments = bubblewrap_arguments(PLAIN)
    assert {"--die-with-parent", "--new-session", "--clearenv", "--unshare-pid", "--unshare-user"} <= set(arguments)
    assert dict(pairs(arguments, "--setenv")) == {"HOME": "/home/browser", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


def test_memory_for_temporary_files_is_bounded_where_bubblewrap_can() -> None:
    assert bubblewrap_arguments(PLAIN).count("--size") == 2
    older = Sandbox(name="n", home="/x", command=("/bin/true",), can_limit_size=False)
    assert "--size" not in bubblewrap_arguments(older)


def test_a_program_elsewhere_is_shown_where_it_is_even_below_tmp() -> None:
    arguments = bubblewrap_arguments(
        Sandbox(
            name="n", home="/x", command=("/tmp/c/chrome",), binary_directory="/stage/b", binary_mounted_at="/tmp/c"
        )
    )
    assert ("/stage/b", "/tmp/c") in pairs(arguments, "--ro-bind")
    assert arguments.index("/stage/b") > arguments.index("/tmp")


def test_policies_are_given_by_descriptor() -> None:
    arguments = bubblewrap_arguments(Sandbox(name="n", home="/x", command=("/bin/true",), policy_descriptors=(7, 8)))
    assert [source for source, _ in pairs(arguments, "--ro-bind-data")] == ["7", "8"]
