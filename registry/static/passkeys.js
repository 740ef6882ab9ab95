// Passkeys are the one thing that needs a script: the browser talks to the authenticator through no form.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function send(path, body) {
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    throw new Error(told.detail ? `${told.detail} ${told.remedy}` : "");
  }
  return answer;
}

function readable(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

async function signIn() {
  const options = await (await send("/sign-in/passkey/options", {})).json();
  options.challenge = bytes(options.challenge);
  const credential = await navigator.credentials.get({ publicKey: options });
  await send("/sign-in/passkey", readable(credential));
}

async function register(part) {
  const options = await (await send("/account/passkeys/options", {})).json();
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  for (const known of options.excludeCredentials) known.id = bytes(known.id);
  const credential = await navigator.credentials.create({ publicKey: options });
  const name = part.querySelector("input").value;
  await send("/account/passkeys", { name, answer: readable(credential) });
}

for (const part of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  part.hidden = false;
  const fault = part.querySelector(".fault");
  part.querySelector("button").addEventListener("click", async () => {
    fault.textContent = "";
    try {
      await (part.dataset.passkey === "register" ? register(part) : signIn());
      location.assign(part.dataset.next);
    } catch (error) {
      fault.textContent = (error.name === "Error" && error.message) || part.dataset.failed;
    }
  });
}
