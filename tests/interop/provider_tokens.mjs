// SPDX-License-Identifier: MIT
// Issuers by other authors, for test_providers.py: `node provider_tokens.mjs FOLDER NAME`, with NAME oauth2-mock-server or
// better-auth. One JSON request a line on standard input, one JSON answer a line on standard output.
import http from 'node:http';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [, , folder, name] = process.argv;
const require = createRequire(folder + '/');
const load = (module) => import(pathToFileURL(require.resolve(module)).href);

const providers = {
  async 'oauth2-mock-server'() {
    const { OAuth2Server } = await load('oauth2-mock-server');
    const server = new OAuth2Server();
    await server.issuer.keys.generate('RS256');
    await server.start(0, '127.0.0.1');
    const issuer = server.issuer.url = `http://127.0.0.1:${server.address().port}`;
    return {
      issuer, jwks_url: null,
      async token({ audience, scope }) {
        const answer = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams({
          grant_type: 'client_credentials', scope, aud: audience }) });
        return (await answer.json()).access_token;
      },
      // It signs with all its keys in turn.
      async rotate() { await server.issuer.keys.generate('ES256'); },
    };
  },

  // better-auth with its plugin jwt. It has no metadata document. The user exchanges a session for a token.
  async 'better-auth'() {
    const { betterAuth } = await load('better-auth');
    const { memoryAdapter } = await load('better-auth/adapters/memory');
    const { jwt } = await load('better-auth/plugins/jwt');
    const { toNodeHandler } = await load('better-auth/node');
    const server = http.createServer();
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const tables = { user: [], session: [], account: [], verification: [], jwks: [] };
    let claims = {};
    const auth = betterAuth({
      baseURL: issuer, secret: randomBytes(32).toString('hex'), telemetry: { enabled: false }, logger: { disabled: true },
      database: memoryAdapter(tables), emailAndPassword: { enabled: true }, rateLimit: { enabled: false },
      plugins: [jwt({ jwt: { issuer, definePayload: () => claims } })],
    });
    server.on('request', toNodeHandler(auth));
    const answer = await fetch(`${issuer}/api/auth/sign-up/email`, { method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: issuer },
      body: JSON.stringify({ name: 'Alice', email: 'alice@example.com', password: randomBytes(16).toString('hex') }) });
    const cookie = answer.headers.getSetCookie().map((field) => field.split(';')[0]).join('; ');
    return {
      issuer, jwks_url: `${issuer}/api/auth/jwks`,
      async token({ audience, scope }) {
        claims = { aud: audience, scope };
        const answer = await fetch(`${issuer}/api/auth/token`, { headers: { cookie, Origin: issuer } });
        return (await answer.json()).token;
      },
      // This key has expired. The issuer makes a new one for the next token, and still publishes this one.
      async rotate() { for (const key of tables.jwks) key.expiresAt = new Date(Date.now() - 1000); },
    };
  },
};

const provider = await providers[name]();
console.log(JSON.stringify({ issuer: provider.issuer, jwks_url: provider.jwks_url }));
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    console.log(JSON.stringify({ value: await provider[request.do](request) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ failed: String(error?.stack ?? error) }));
  }
}
process.exit(0);
