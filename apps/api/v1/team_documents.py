"""What bodies about teams and shares look like, for the OpenAPI document alone."""

from rest_framework import serializers as s

from apps.access.permissions import Level
from apps.accounts.models import Role
from apps.api.v1.documents import Document, always

ROLES = [str(role) for role in Role.values]
LEVELS = [str(level) for level in Level]


class TeamSerializer(Document):
    object = always("team")
    id = s.CharField()
    name = s.CharField()
    members = s.IntegerField(help_text="How many people are in it.")
    role = s.ChoiceField(ROLES, allow_null=True, help_text="The caller's; null where staff look at a team of others.")
    created_at = s.DateTimeField()


class TeamRequest(Document):
    name = s.CharField(max_length=60)


class MemberSerializer(Document):
    object = always("member")
    id = s.CharField(help_text="The person's, `usr_…`.")
    email = s.CharField()
    name = s.CharField(allow_blank=True)
    role = s.ChoiceField(ROLES)
    joined_at = s.DateTimeField()


class MemberChange(Document):
    role = s.ChoiceField(ROLES)


class InvitationSerializer(Document):
    object = always("invitation")
    id = s.CharField()
    email = s.CharField()
    role = s.ChoiceField(ROLES)
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField(help_text="Seven days after it was sent.")


class InvitationRequest(Document):
    email = s.CharField(max_length=254)
    role = s.ChoiceField(ROLES, required=False, default="member")


class ShareSerializer(Document):
    """Looks the same whether anybody has the address or not."""

    object = always("share")
    id = s.CharField()
    to = s.CharField(help_text="An e-mail address, or a team's id.")
    team = s.CharField(allow_null=True, help_text="The team's name.")
    level = s.ChoiceField(LEVELS)
    created_at = s.DateTimeField()


class ShareRequest(Document):
    to = s.CharField(max_length=254, help_text="An e-mail address, or the id of a team that you are in.")
    level = s.ChoiceField(LEVELS, help_text="Each contains the one before.")


class TransferRequest(Document):
    to = s.CharField(max_length=254, help_text="The e-mail address or id of somebody in a team with the owner.")
