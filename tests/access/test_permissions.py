"""The table of permissions and scopes is whole."""

from apps.access.actor import Actor
from apps.access.permissions import SCOPE_FOR, Permission, Scope


def test_every_permission_has_a_scope_and_every_scope_a_permission() -> None:
    assert set(SCOPE_FOR) == set(Permission)
    assert set(SCOPE_FOR.values()) == set(Scope)


def test_the_grid_itself_has_every_scope_and_an_empty_actor_is_not_the_grid() -> None:
    assert all(Actor.system().has_scope(permission) for permission in Permission)
    assert Actor.system().sees_all
    assert not Actor(user=None).sees_all
    assert not Actor(user=None).is_system
