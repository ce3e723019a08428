"""E-mails of ours to people. A mail server that is away costs the mail, never the request."""

import logging
from collections.abc import Mapping
from smtplib import SMTPException

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from apps.accounts.letters import with_page
from apps.accounts.models import Invitation

logger = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, url: str) -> None:
    by = invitation.invited_by.get_full_name() if invitation.invited_by else ""
    context = {"invitation": invitation, "team": invitation.team, "by": by, "url": url}
    _send(invitation.email, "emails/invitation", context)


def _send(address: str, name: str, context: Mapping[str, object]) -> None:
    given = dict(context)
    subject = " ".join(render_to_string(f"{name}_subject.txt", given).split())
    text = render_to_string(f"{name}_message.txt", given).strip()
    try:
        with_page(EmailMultiAlternatives(subject, text, None, [address])).send()
    except (OSError, SMTPException) as error:
        logger.warning("mail.not_sent", extra={"mail": name, "reason": type(error).__name__})
