"""People, where they are signed in, the teams they are in, and invitations.

People are known by their e-mail address, compared without regard to case. A team is an `auth.Group` with a name of its
own: what is shared with the group is shared with the team.
"""

from collections.abc import Collection
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from apps.access.permissions import Permission
from apps.core.models import Identified
from apps.events import bus


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(Identified, AbstractBaseUser, PermissionsMixin):
    prefix = "usr"
    owner_path = "pk"

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, editable=False)  # what is left is a row without a name, for history
    sign_out_epoch = models.PositiveIntegerField(default=0, editable=False)  # cookies of former ones are void

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]

    @property
    def web_credential(self) -> str:
        """The name of what a signed-in browser shows; see `apps.accounts.credentials`."""
        epoch = f".{self.sign_out_epoch}" if self.sign_out_epoch else ""
        return f"web_{self.public_id.removeprefix('usr_')}{epoch}"

    def save(self, **options: Any) -> None:
        """A new password and other rights sign the person out everywhere. The epoch itself is never written here."""
        is_new = self._state.adding
        must_sign_in_anew = not is_new and self._is_another_now(options.get("update_fields"))
        if not is_new and options.get("update_fields") is None and not options.get("force_insert"):
            names = [field.name for field in self._meta.concrete_fields if not field.primary_key]
            options["update_fields"] = [name for name in names if name != "sign_out_epoch"]
        super().save(**options)
        if must_sign_in_anew:
            self.void_sign_ins()

    def void_sign_ins(self) -> None:
        """Every cookie and `web_…` credential handed out so far is void from the commit on."""
        type(self).objects.filter(pk=self.pk).update(sign_out_epoch=models.F("sign_out_epoch") + 1)
        self.refresh_from_db(fields=["sign_out_epoch"])
        bus.hint_after_commit(bus.Topic.REVOKED, self.public_id)

    def _is_another_now(self, written: Collection[str] | None) -> bool:
        if getattr(self, "_password", None) is not None:  # set just now; another hasher alone leaves None
            return True
        if written is not None and not {"is_staff", "is_superuser"} & set(written):
            return False
        rights = type(self).objects.filter(pk=self.pk).values_list("is_staff", "is_superuser").first()
        return rights is not None and rights != (self.is_staff, self.is_superuser)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a cookie must agree with."""
        of_password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc] # Django's own
        return f"{of_password}.{self.sign_out_epoch}" if self.sign_out_epoch else of_password


class Device(Identified):
    """A browser in which somebody signed in. The session's row is the truth; this says whose it is and where."""

    prefix = "dev"
    owner_path = "user"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    session_key = models.CharField(max_length=40, unique=True)  # hashed, as in the table of sessions
    epoch = models.PositiveIntegerField()
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    last_seen_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-last_seen_at"], name="devices_of_person")]


class Remembered(models.Model):
    """What Django's cache keeps for a while: counted sign-ins and used codes. See `apps.accounts.cache`."""

    key = models.CharField(primary_key=True, max_length=255)
    value = models.JSONField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.key


class Role(models.TextChoices):
    MEMBER = "member", "Member"
    MANAGER = "manager", "Manager"


class Team(Identified):
    """Its members are the group's: `apps.accounts.teams` alone writes both, in one transaction."""

    prefix = "team"

    name = models.CharField(max_length=60)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="team")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def held_by(cls, person: UUID, permission: Permission) -> models.Q:
        """Members see it; managers change it."""
        member = models.Q(memberships__user=person)
        return member & models.Q(memberships__role=Role.MANAGER) if permission is Permission.TEAM_MANAGE else member


class Membership(Identified):
    prefix = "mem"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_person")]


class Invitation(Identified):
    """A link sent by e-mail, good once. Without a team it is an invitation to sign up."""

    prefix = "inv"

    email = models.EmailField(max_length=254)  # lower case
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    hash = models.CharField(max_length=64, unique=True)  # keyed, of the link's secret
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "email"],
                condition=models.Q(accepted_at__isnull=True),
                name="one_open_invitation_per_address",
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(accepted_at__isnull=True, team__isnull=True),
                name="one_open_invitation_to_sign_up",
            ),
        ]

    @classmethod
    def held_by(cls, person: UUID, permission: Permission) -> models.Q:
        """Those to a team are its managers'; those to sign up are staff's."""
        return models.Q(team__memberships__user=person, team__memberships__role=Role.MANAGER)
