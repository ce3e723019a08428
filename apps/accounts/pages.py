"""allauth's sign-up page, which knows of invitations: the address stands there already, and stays."""

from typing import Any

from allauth.account.views import SignupView

from apps.accounts import sign_up


class SignUp(SignupView):  # type: ignore[misc] # allauth is untyped
    def get_initial(self) -> dict[str, Any]:
        invited = sign_up.invitation_of(self.request)
        return {**super().get_initial(), **({"email": invited.email} if invited else {})}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"is_address_fixed": sign_up.invitation_of(self.request) is not None and not sign_up.is_open()}
