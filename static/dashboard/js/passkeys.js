// <bg-passkey>: asks the browser for a passkey and sends what it answers with the form round it.
//   do="create" or "get"; options: id of the JSON that the server sent, or href: where to ask for them.
// Without a script, or in a browser without passkeys, the button stays away and the other ways in remain.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function understood({ publicKey }) {
  const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) options.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  if (publicKey.excludeCredentials) options.excludeCredentials = named(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) options.allowCredentials = named(publicKey.allowCredentials);
  return options;
}

function said(credential) {
  const { response } = credential;
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) answer[name] = text(response[name]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response: answer,
    authenticatorAttachment: credential.authenticatorAttachment, clientExtensionResults: credential.getClientExtensionResults(),
  };
}

class Passkey extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential) { this.hidden = true; return; }
    this.querySelector("button")?.addEventListener("click", (event) => { event.preventDefault(); this.ask(); });
    this.closest("form").addEventListener("submit", (event) => { event.preventDefault(); this.ask(); }); // Enter in a field
  }

  async ask() {
    const form = this.closest("form");
    const button = this.querySelector("button");
    if (button.disabled) return; // it asks already
    button.disabled = true;
    this.tell("");
    try {
      const asked = await this.options();
      const publicKey = understood(asked);
      const passwordless = form.elements.namedItem("passwordless");
      if (this.getAttribute("do") === "create" && passwordless) this.demand(publicKey, passwordless.checked);
      const credential = this.getAttribute("do") === "create"
        ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
      form.elements.namedItem("credential").value = JSON.stringify(said(credential));
      form.dataset.sent = "1"; // as menu.js notes of forms that are sent by hand
      form.submit();
    } catch (error) {
      this.tell(error.name === "NotAllowedError" ? "No passkey was used. Try again, or take another way." : "This browser could not use a passkey here.");
      button.disabled = false;
    }
  }

  async options() {
    const source = this.getAttribute("href");
    if (!source) return JSON.parse(document.getElementById(this.getAttribute("options")).textContent);
    const answer = await fetch(source, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).request_options;
  }

  demand(publicKey, alone) {
    const selection = publicKey.authenticatorSelection ??= {};
    selection.residentKey = alone ? "required" : "discouraged";
    selection.requireResidentKey = alone;
    if (alone) selection.userVerification = "required";
  }

  tell(words) {
    const place = this.querySelector("[role=alert]");
    if (place) place.textContent = words;
  }
}

customElements.define("bg-passkey", Passkey);
