// SPDX-License-Identifier: MIT
// The requests of the page. The token is in a cookie that scripts cannot read.

/** An answer with an error. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer.message ?? "The server did not answer as it should. Please try again.");
    this.status = status;
    this.field = answer.field;
  }
}

async function request(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, { message: "The server cannot be reached. Is it running?" });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

/** Tabs share their cookies: without a lock, two of them could use one refresh token, which looks like a theft. */
function oneTabAtOnce(work) {
  return navigator.locks ? navigator.locks.request("refresh", work) : work();
}

export const api = {
  register: (person) => request("POST", "/api/auth/register", person),
  logIn: (credentials) => request("POST", "/api/auth/login", credentials),
  logOut: () => request("POST", "/api/auth/logout"),
  logOutEverywhere: () => request("POST", "/api/auth/logout-all"),
  refresh: () => oneTabAtOnce(() => request("POST", "/api/auth/refresh")),
  changePassword: (change) => request("PATCH", "/api/users/me/password", change),
  me: async () => (await request("GET", "/api/users/me")).data.user,
  logins: async () => (await request("GET", "/api/users/me/logins")).data.logins,
  endLogin: (handle) => request("DELETE", `/api/users/me/logins/${encodeURIComponent(handle)}`),
  endOtherLogins: () => request("POST", "/api/users/me/logins/end-others"),
  keys: async () => (await request("GET", "/api/users/me/api-keys")).data.apiKeys,
  makeKey: async (wanted) => (await request("POST", "/api/users/me/api-keys", wanted)).data.apiKey,
  revokeKey: (id) => request("DELETE", `/api/users/me/api-keys/${encodeURIComponent(id)}`),
  login: async () => (await request("GET", "/api/auth/login")).data,
};
