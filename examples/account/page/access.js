// SPDX-License-Identifier: MIT
// The other logins and the API keys that may act for this user. The names of clients and keys are inserted as text, never
// as HTML.
import { api } from "/api.js";
import { $, notify, whileBusy } from "/forms.js";

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

function element(name, className, ...content) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
}

function row(name, remark, button) {
  const text = element("div", "row-text", element("p", "row-name", ...name), element("p", "quiet", remark));
  return element("li", "", text, ...(button ? [button] : []));
}

function button(text, label) {
  const made = element("button", "danger", text);
  made.type = "button";
  made.setAttribute("aria-label", label);
  return made;
}

const firstFound = (agent, marks) => marks.find(([mark]) => agent.includes(mark))?.[1];

/** The common name of a browser. Other programs keep the name that they send. */
function nameOf(agent) {
  if (!agent.startsWith("Mozilla/")) return agent || "A program without a name";
  const browser = firstFound(agent, [["Edg", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"],
    ["Safari/", "Safari"]]) ?? "A browser";
  const system = firstFound(agent, [["Windows", "Windows"], ["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"],
    ["Mac OS", "macOS"], ["Linux", "Linux"]]);
  return system ? `${browser} on ${system}` : browser;
}

let onFailure = () => {};

/** Runs a button's action; then shows the list again, announces it, and puts the focus at the start of the list. */
function change(button, heading, work, said) {
  return whileBusy(button, async () => {
    try {
      await work();
      notify(said, { wide: true });
      heading.focus({ preventScroll: true });
    } catch (error) {
      onFailure(error);
    }
  });
}

/* Logins */

export function showLogins(logins) {
  const ordered = [...logins].sort((left, right) => right.current - left.current); // this one first
  $("logins").replaceChildren(...ordered.map((login) => {
    const name = nameOf(login.label);
    const started = `Started ${moments.format(new Date(login.startedAt))}`;
    if (login.current) return row([name, element("span", "badge", "This login")], started);
    const end = button("End", `End the login of ${name}, s${started.slice(1)}`);
    end.addEventListener("click", () => change(end, $("logins-title"), async () => {
      await api.endLogin(login.handle).catch((error) => error.status === 404 ? undefined : Promise.reject(error));
      showLogins(await api.logins());
    }, `The login of ${name} has ended.`));
    return row([name], `${started} · last used ${moments.format(new Date(login.lastUsedAt))}`, end);
  }));
  $("end-others").hidden = logins.every((login) => login.current);
}

/* Keys */

export function showKeys(keys) {
  $("keys").replaceChildren(...keys.map((key) => {
    const used = key.lastUsedAt ? `last used ${moments.format(new Date(key.lastUsedAt))}` : "never used";
    const ends = key.expiresAt ? `ends ${dates.format(new Date(key.expiresAt))}` : "has no end";
    const remark = `Created ${dates.format(new Date(key.createdAt))} · ${used} · ${ends}`;
    return row([key.label], remark, revokeButton(key));
  }));
  $("no-keys").hidden = keys.length > 0;
}

/** Programs that use the key stop working, so the first press only asks for confirmation. */
function revokeButton(key) {
  const revoke = button("Revoke", `Revoke the key ${key.label}`);
  const ask = (isAsking) => {
    revoke.textContent = isAsking ? "Really?" : "Revoke";
    revoke.setAttribute("aria-label", isAsking ? `Really revoke the key ${key.label}?` : `Revoke the key ${key.label}`);
  };
  revoke.addEventListener("blur", () => ask(false));
  revoke.addEventListener("click", () => {
    if (revoke.textContent === "Revoke") return ask(true);
    change(revoke, $("keys-title").closest("summary"), async () => {
      await api.revokeKey(key.id).catch((error) => error.status === 404 ? undefined : Promise.reject(error));
      showKeys(await api.keys());
    }, `The key “${key.label}” is revoked.`);
  });
  return revoke;
}

export function hideNewKey() {
  $("new-key").hidden = true;
  $("new-key-text").value = "";
  $("copy-key").textContent = "Copy";
}

async function makeKey({ label, expires_in_days: days }) {
  const made = await api.makeKey({ label, expires_in_days: days === "" ? null : Number(days) });
  $("key-form").reset();
  $("copy-key").textContent = "Copy";
  $("new-key-text").value = made.key;
  $("new-key").hidden = false;
  showKeys(await api.keys());
  $("new-key-text").focus();
  $("new-key-text").select();
}

async function copyKey() {
  $("new-key-text").select();
  await navigator.clipboard.writeText($("new-key-text").value)
    .then(() => { $("copy-key").textContent = "Copied"; })
    .catch(() => {}); // the text is selected instead, so that the user can copy it
}

/** \param onSubmit  runs a form. \param onFailure  gets the error if the server refuses. */
export function setUpAccess(page) {
  onFailure = page.onFailure;
  page.onSubmit($("key-form"), makeKey);
  $("copy-key").addEventListener("click", copyKey);
  $("hide-key").addEventListener("click", () => {
    hideNewKey();
    $("key-label").focus();
  });
  $("end-others").addEventListener("click", () => change($("end-others"), $("logins-title"), async () => {
    await api.endOtherLogins();
    showLogins(await api.logins());
  }, "All your other logins have ended."));
}
