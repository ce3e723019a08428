"""Sign-in by OpenID Connect, through every redirect of a real provider."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from browsergrid.settings.oidc import providers
from tests.factories.people import PASSWORD
from tests.support.oidc import CLIENT_ID, SECRET, Provider, running_provider

pytestmark = pytest.mark.django_db
Configure = Callable[..., None]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def configure(provider: Provider, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """`configure(SIGNUP="1")`: the provider under the name `company`, by the environment alone."""

    def put(**more: str) -> None:
        words = {"URL": provider.url, "CLIENT_ID": CLIENT_ID, "SECRET": SECRET, "NAME": "The Company", **more}
        monkeypatch.setenv("BROWSERGRID_OIDC", "company")
        for name, value in words.items():
            monkeypatch.setenv(f"BROWSERGRID_OIDC_COMPANY_{name}", value)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": providers()}}

    return put


def go_there(client: Client, path: str = "/accounts/oidc/company/login/") -> str:
    """Press the button, follow to the provider and back; the path to which one is led at last."""
    leaving = client.post(path)
    target = leaving["Refresh"].removeprefix("0;url=")
    back = httpx.get(target, trust_env=False).headers["Location"]
    answer = client.get(back.removeprefix("http://testserver"), follow=True)
    return answer.redirect_chain[-1][0] if answer.redirect_chain else answer.request["PATH_INFO"]


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def person(sub: str, email: str, *, verified: bool = True) -> dict[str, object]:
    return {"sub": sub, "email": email, "email_verified": verified, "name": "Cleo Company"}


def test_there_is_a_button_for_each_provider(configure: Configure) -> None:
    configure()
    assert "Sign in with The Company" in Client().get("/accounts/login/").content.decode()


def test_without_providers_there_is_none() -> None:
    assert "/accounts/oidc/" not in Client().get("/accounts/login/").content.decode()


def test_its_people_may_make_accounts_where_its_setting_says_so(provider: Provider, configure: Configure) -> None:
    configure(SIGNUP="1", TRUST_EMAIL="1")
    provider.person = person("cleo", "Cleo@company.example")
    client = Client()
    go_there(client)
    assert is_in(client)
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("cleo@company.example", "Cleo Company", False)
    again = Client()
    go_there(again)
    assert is_in(again)
    assert User.objects.count() == 1


def test_else_only_whom_sign_up_lets_in(provider: Provider, configure: Configure, settings: Settings) -> None:
    configure()
    settings.GRID = replace(settings.GRID, signup="closed")
    provider.person = person("cleo", "cleo@company.example")
    client = Client()
    go_there(client)
    assert not is_in(client)
    assert not User.objects.exists()


def test_an_address_alone_opens_nobodys_account(ann: User, provider: Provider, configure: Configure) -> None:
    configure(SIGNUP="1")
    provider.person = person("eve", ann.email)
    client = Client()
    go_there(client)
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_unless_the_provider_is_trusted_with_addresses(ann: User, provider: Provider, configure: Configure) -> None:
    configure(TRUST_EMAIL="1")
    provider.person = person("ann", ann.email)
    client = Client()
    go_there(client)
    assert is_in(client)
    assert SocialAccount.objects.get().user == ann


def test_an_account_is_connected_from_the_settings_and_signs_in_from_then_on(
    ann: User, enter: Callable[..., Client], provider: Provider, configure: Configure
) -> None:
    configure()
    provider.person = person("ann-there", "other@company.example")
    client = enter(ann)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    go_there(client, "/accounts/oidc/company/login/?process=connect")
    assert "The Company" in client.get("/settings/connected/").content.decode()
    elsewhere = Client()
    go_there(elsewhere)
    assert is_in(elsewhere)
    client.post("/settings/connected/", {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()


def test_whoever_presses_cancel_there_is_told_so(provider: Provider, configure: Configure) -> None:
    configure()
    provider.person = None
    assert go_there(Client()) == "/accounts/oidc/cancelled/"


def test_an_answer_that_nobody_asked_for_signs_nobody_in(provider: Provider, configure: Configure) -> None:
    configure(SIGNUP="1")
    client = Client()
    answer = client.get("/accounts/oidc/company/login/callback/?code=x&state=y")
    assert "That did not work" in answer.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize(
    ("name", "value"), [("URL", ""), ("SECRET", ""), ("CLIENT_ID", ""), ("URL", "http://id.example.com")]
)
def test_a_provider_that_is_half_described_ends_the_start(configure: Configure, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"BROWSERGRID_OIDC_COMPANY_{name}"):
        configure(**{name: value})
