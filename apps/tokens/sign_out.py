"""Sign out everywhere: every browser, everything handed out to one and, if wished, every API token, in one go."""

from django.db import transaction

from apps.access.actor import Actor
from apps.accounts.devices import end_all
from apps.accounts.models import User
from apps.audit.actions import Action
from apps.audit.record import record
from apps.tokens.models import ApiToken
from apps.tokens.services import revoke_token


def sign_out_everywhere(user: User, *, actor: Actor, with_tokens: bool) -> int:
    """Also the browser that asks. Open sockets and streams close within two seconds. Returns how many tokens went."""
    with transaction.atomic():
        tokens = list(ApiToken.objects.filter(owner=user, revoked_at__isnull=True)) if with_tokens else []
        record(actor, Action.ACCOUNT_SIGNED_OUT_EVERYWHERE, user, after={"tokens": len(tokens)})
        for token in tokens:
            revoke_token(token, actor=actor)
        end_all(user)
    return len(tokens)
