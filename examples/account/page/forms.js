// SPDX-License-Identifier: MIT
// Notices, forms and buttons, used by each part of the page.

export const $ = (id) => document.getElementById(id);

export function notify(text, { bad = false, wide = false } = {}) {
  const notice = $("notice");
  notice.textContent = text;
  notice.classList.toggle("bad", bad);
  notice.classList.toggle("wide", wide);
  notice.hidden = text === "";
}

function showFieldError(input, text) {
  const error = $(input.id + "-error");
  error.textContent = text;
  error.hidden = text === "";
  input.setAttribute("aria-invalid", text === "" ? "false" : "true");
}

/** The fields that a user fills in, without the hidden one, which tells a password manager the user name. */
const inputs = (form) => [...form.querySelectorAll("input:not([hidden])")];

export function clearErrors(form) {
  form.querySelector(".form-error").hidden = true;
  for (const input of inputs(form)) showFieldError(input, "");
}

export function showError(form, error) {
  const input = error.field && form.elements[error.field];
  if (input) {
    showFieldError(input, error.message);
    input.focus();
    return;
  }
  const place = form.querySelector(".form-error");
  place.textContent = error.message;
  place.hidden = false;
  inputs(form).at(-1).focus(); // the password, to try again
}

/** Whether every field is filled in; the first empty one gets the focus. */
export function isFilled(form) {
  const empty = inputs(form).filter((input) => input.value.trim() === "");
  for (const input of empty) showFieldError(input, "Please fill this in");
  empty[0]?.focus();
  return empty.length === 0;
}

/** Runs a button's action, one at a time. A disabled button would lose the focus, so it is only shown as busy. */
export async function whileBusy(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}
