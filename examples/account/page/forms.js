// SPDX-License-Identifier: MIT
// Notices, forms and buttons: what each part of the page needs.

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

/** Those that a person fills in; the hidden one tells a password manager whose password it is. */
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
  inputs(form).at(-1).focus(); // the password: what one tries again
}

/** Whether every field has something in it; the first that has not gets the focus. */
export function isFilled(form) {
  const empty = inputs(form).filter((input) => input.value.trim() === "");
  for (const input of empty) showFieldError(input, "Please fill this in");
  empty[0]?.focus();
  return empty.length === 0;
}

/** Runs what a button is for, once at a time. A disabled button would lose the focus, so it is only shown as busy. */
export async function whileBusy(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}
