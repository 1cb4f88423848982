// SPDX-License-Identifier: MIT
// The page's behaviour: the two forms, the user's account, and the countdown.
import { hideNewKey, setUpAccess, showKeys, showLogins } from "/access.js";
import { api, Refused } from "/api.js";
import { $, clearErrors, isFilled, notify, showError, whileBusy } from "/forms.js";

// Not a secret: only a hint that this browser may be logged in, so that asking the server makes sense.
const hint = {
  get: () => localStorage.getItem("logged-in") === "yes",
  set: () => localStorage.setItem("logged-in", "yes"),
  clear: () => localStorage.removeItem("logged-in"),
};

let login = null; // { user, header, claims, endsAt } of this login, while there is one

/* Forms */

/** Runs a form, and shows errors next to their fields. The form keeps the typed text. */
function onSubmit(form, send) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form.querySelector("[type=submit]"), async () => {
      clearErrors(form);
      notify("");
      if (!isFilled(form)) return;
      try {
        await send(Object.fromEntries(new FormData(form)));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (login && error.status === 401) endedElsewhere(error);
        else showError(form, explain(error));
      }
    });
  });
}

/** Friendlier texts for some of the server's errors. */
function explain(error) {
  if (error.message === "Invalid email or password")
    error.message = "That email and password do not belong together. Please try again.";
  if (error.status === 409 && error.message.includes("already exists")) {
    error.message = "There is already an account with this email. Log in instead?";
    error.field = "email";
  }
  if (error.status === 429) error.message = "Too many attempts. Please wait a minute, then try again.";
  return error;
}

/* Registering and logging in */

const words = {
  login: ["Welcome back", "Log in to see your account."],
  register: ["Create your account", "It takes a name, an email and a password."],
};

function showEnter({ focus = false } = {}) {
  login = null;
  const wanted = location.hash === "#register" ? "register" : "login";
  [$("enter-title").textContent, $("enter-lead").textContent] = words[wanted];
  document.title = wanted === "register" ? "Register · Account" : "Log in · Account";
  for (const name of ["login", "register"]) {
    $(`${name}-form`).hidden = name !== wanted;
    if (name === wanted) $(`to-${name}`).setAttribute("aria-current", "page");
    else $(`to-${name}`).removeAttribute("aria-current");
  }
  $("me").hidden = true;
  $("enter").hidden = false;
  if (focus) $("enter-title").focus();
}

function leave(text, options) {
  hint.clear();
  if (location.hash !== "" && location.hash !== "#login") history.replaceState(null, "", "#login");
  emptyForms();
  showEnter({ focus: true });
  notify(text, options);
}

/** Clears the forms for the next user, and hides passwords. */
function emptyForms() {
  for (const form of document.forms) {
    form.reset();
    clearErrors(form);
  }
  for (const button of document.querySelectorAll(".reveal")) reveal(button, false);
  hideNewKey();
}

async function enter() {
  hint.set();
  await showMe({ focus: true });
  emptyForms();
}

onSubmit($("login-form"), async (credentials) => {
  await api.logIn(credentials);
  notify("");
  await enter();
});

onSubmit($("register-form"), async (person) => {
  await api.register(person);
  try {
    await api.logIn({ email: person.email, password: person.password });
  } catch { // the account exists: registering again would only fail
    leave("Your account is ready. Please log in.");
    $("login-email").value = person.email;
    return;
  }
  await enter();
  notify(`Welcome, ${person.name}! Your account is ready.`, { wide: true });
});

function reveal(button, isShown) {
  button.previousElementSibling.type = isShown ? "text" : "password";
  button.textContent = isShown ? "Hide" : "Show";
  button.setAttribute("aria-label", isShown ? "Hide password" : "Show password");
}

for (const button of document.querySelectorAll(".reveal"))
  button.addEventListener("click", () => reveal(button, button.previousElementSibling.type === "password"));

/* The user's account */

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

async function showMe({ focus = false } = {}) {
  const user = await api.me();
  const [said, logins, keys] = await Promise.all([api.login(), api.logins(), api.keys()]);
  if (login && login.user.id !== user.id) emptyForms();
  // By the server's clock: this computer's clock may be hours off.
  login = { ...said, user, endsAt: Date.now() + said.expires_in * 1000 };
  $("me-name").textContent = user.name;
  $("me-email").textContent = user.email;
  $("password-username").value = user.email;
  $("me-role").textContent = user.role;
  $("me-since").textContent = dates.format(new Date(user.createdAt));
  $("me-verified").textContent = user.verified ? "Yes" : "Not yet";
  $("me-initials").textContent = initials(user.name);
  showLogins(logins);
  showKeys(keys);
  showJson($("token-header"), login.header);
  showJson($("token-claims"), login.claims);
  hasFailed = false;
  document.title = "Me · Account";
  $("enter").hidden = true;
  $("me").hidden = false;
  tick();
  if (focus) $("me-name").focus();
}

function initials(name) {
  const letters = name.split(/\s+/).filter((word) => word !== "").map((word) => [...word][0].toUpperCase());
  return letters.length > 1 ? letters[0] + letters.at(-1) : letters[0] ?? "?";
}

function part(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

function showJson(place, object) {
  const lines = Object.entries(object).map(([key, value], index, all) => {
    const isDate = ["exp", "iat", "nbf"].includes(key);
    const line = part("line", "");
    line.append(part("key", JSON.stringify(key)), ": ",
      part(typeof value === "number" ? "number" : "text", JSON.stringify(value)), index + 1 < all.length ? "," : "");
    if (isDate) line.append(part("remark", `  // ${moments.format(new Date(value * 1000))}`));
    return line;
  });
  place.replaceChildren("{", ...lines, "}");
}

function timeLeft(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const hasExpired = () => login.endsAt <= Date.now();

function tick() {
  if (!login) return;
  const left = Math.max(0, Math.ceil((login.endsAt - Date.now()) / 1000));
  $("me-left").textContent = timeLeft(left);
  $("me-progress").max = login.claims.exp - login.claims.iat;
  $("me-progress").value = left;
  if (left === 0 && !hasFailed) stillThere();
}

/** Checks whether this login is still valid. An expired one is refreshed; if it was ended elsewhere, the page says so. */
let isAsking = false;
let hasFailed = false; // after a failure the page asks every ten seconds, not every second
async function stillThere() {
  if (!login || isAsking) return;
  isAsking = true;
  try {
    if (hasExpired()) await renew();
    else if ((await api.me()).id !== login.user.id) await showMe(); // another tab logged in as another user
    if (hasFailed) notify("");
    hasFailed = false;
  } catch (error) {
    hasFailed = true;
    if (error.status === 401) await renew().catch(endedElsewhere);
    else endedElsewhere(error);
  } finally {
    isAsking = false;
  }
}

async function renew() {
  // If it is refused, another tab may have been faster: its new cookies are valid for this tab, too.
  await api.refresh().catch((error) => error.status === 401 ? undefined : Promise.reject(error));
  await showMe();
}

function endedElsewhere(error) {
  if (error.status !== 401) return notify(error.message, { bad: true, wide: true });
  leave(!login || hasExpired() ? "Your login has expired. Please log in again."
    : "This login was ended elsewhere, or the password was changed. Please log in again.",
    { bad: true });
}

/** A button that sends a request. */
function onClick(id, work) {
  $(id).addEventListener("click", () => whileBusy($(id), () => work().catch(endedElsewhere)));
}

onClick("refresh", async () => {
  await renew();
  notify("Refreshed: you have a new token.", { wide: true });
});
onClick("logout", async () => {
  await api.logOut();
  leave("You are logged out.");
});
onClick("logout-all", async () => {
  await api.logOutEverywhere();
  leave("You are logged out, on every device.");
});

onSubmit($("password-form"), async (change) => {
  await api.changePassword(change);
  $("password-form").reset();
  const details = $("password-form").closest("details");
  details.open = false;
  await showMe();
  notify("Your password is changed, and your other logins have ended.", { wide: true });
  details.querySelector("summary").focus({ preventScroll: true }); // where the focus was before
  $("notice").scrollIntoView({ block: "center" });
});

setUpAccess({ onSubmit, onFailure: endedElsewhere });

/* Start */

setInterval(tick, 1000);
setInterval(() => document.visibilityState === "visible" && stillThere(), 10_000);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stillThere());
addEventListener("hashchange", () => {
  if (login) return;
  notify("");
  showEnter();
});
addEventListener("storage", (event) => {
  if (event.key !== "logged-in") return;
  if (event.newValue === null && login) leave("You are logged out.");
  if (event.newValue === "yes" && !login) showMe().catch(() => {});
});

async function start() {
  if (!hint.get()) return showEnter();
  try {
    await showMe().catch((error) => error.status === 401 ? renew() : Promise.reject(error));
  } catch (error) {
    if (error.status === 401) return leave("Your login has ended. Please log in again.", { bad: true });
    showEnter();
    notify(error.message, { bad: true }); // the login may exist: reloading the page asks again
  }
}
start();
