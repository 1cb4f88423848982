// SPDX-License-Identifier: MIT
// For test_mcp.py: oidc-provider as an authorization server with dynamic registration and resource indicators, a user
// without a browser, and the official client of the Model Context Protocol. One JSON request a line on standard input, one
// JSON answer a line on standard output.
import http from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.argv[2] + '/');
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { default: Provider, errors } = await load('oidc-provider');
const { Client } = await load('@modelcontextprotocol/sdk/client/index.js');
const { StreamableHTTPClientTransport } = await load('@modelcontextprotocol/sdk/client/streamableHttp.js');
const { UnauthorizedError } = await load('@modelcontextprotocol/sdk/client/auth.js');

const CALLBACK = 'http://127.0.0.1:8/callback';  // no server listens there: the last redirect is read, not followed
let resources = [];
let grants_scopes = true;  // if false, its tokens have no scopes, which an issuer's policy may decide

const server = http.createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [
    { client_id: 'given', redirect_uris: [CALLBACK], application_type: 'native', token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'], response_types: ['code'] },
    { client_id: 'machine', client_secret: 's', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
      token_endpoint_auth_method: 'client_secret_post' }],
  scopes: ['openid', 'offline_access', 'orders:read'],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  formats: { customizers: { jwt: (_, token, jwt) => { if (!grants_scopes) delete jwt.payload.scope; } } },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    registration: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource) => {
        if (!resources.includes(resource)) throw new errors.InvalidTarget();
        return { scope: 'orders:read', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
      },
    },
  },
});
const callback = provider.callback();

// The user logs in as alice, and consents.
async function interact(request, response) {
  const { prompt, params } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: 'alice' } });
  const grant = new provider.Grant({ accountId: 'alice', clientId: params.client_id });
  for (const [resource, scopes] of Object.entries(prompt.details.missingResourceScopes ?? {}))
    grant.addResourceScope(resource, scopes.join(' '));
  grant.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(' '));
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}
server.on('request', (request, response) =>
  request.url.startsWith('/interaction/') ? interact(request, response) : callback(request, response));

// Follows the address of a login page as a browser does, up to the code. Each call is a new browser.
async function log_in(address) {
  const cookies = new Map();
  for (let url = new URL(address); ;) {
    const answer = await fetch(url, { redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      cookies.set(name, value);
    }
    const next = answer.headers.get('location');
    if (!next) throw new Error(`no redirect from ${url}: ${answer.status} ${await answer.text()}`);
    url = new URL(next, url);
    if (url.href.startsWith(CALLBACK)) return url.searchParams;
  }
}

// The client's storage: the data that an application keeps for its user.
class Memory {
  constructor(given) { this.client = given && { client_id: given }; }
  redirectUrl = CALLBACK;
  clientMetadata = { redirect_uris: [CALLBACK], client_name: 'test', application_type: 'native', response_types: ['code'],
    token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] };
  clientInformation() { return this.client; }
  saveClientInformation(information) { this.client = information; }
  tokens() { return this.kept; }
  saveTokens(tokens) { this.kept = tokens; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
  async redirectToAuthorization(url) {
    this.asked = Object.fromEntries(url.searchParams);
    this.code = (await log_in(url)).get('code');
  }
}

let memory, transport, client, trace;

// Records the client's requests, without its tokens.
async function traced(url, init) {
  const answer = await fetch(url, init);
  const body = init?.body instanceof URLSearchParams ? Object.fromEntries(init.body) : undefined;
  trace.push({ method: init?.method ?? 'GET', url: String(url), status: answer.status, form: body });
  return answer;
}

async function connect(url) {
  transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: memory, fetch: traced });
  client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
}

const answers = {
  knows({ resource }) { resources.push(resource); return {}; },
  async connect({ url, given, scopes }) {
    memory = new Memory(given);
    trace = [];
    grants_scopes = scopes;
    try {
      await connect(url);
      throw new Error('a client without a token was accepted');
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
    }
    await transport.finishAuth(memory.code);
    await connect(url);
    return { trace, asked: memory.asked, client: memory.client.client_id, version: transport.protocolVersion,
      tools: (await client.listTools()).tools.map((tool) => tool.name) };
  },
  // If the token lacks a scope, the client gets another token with that scope.
  async call({ name, args }) {
    trace = [];
    grants_scopes = true;
    const call = () => client.callTool({ name, arguments: args ?? {} });
    try {
      return { result: await call(), trace };
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) return { error: String(error), trace };
    }
    await transport.finishAuth(memory.code);
    return { result: await call(), asked: memory.asked, trace };
  },
  async token({ resource }) {
    const answer = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials',
      client_id: 'machine', client_secret: 's', scope: 'orders:read', resource }) });
    return await answer.json();
  },
};

console.log(JSON.stringify({ issuer }));
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    console.log(JSON.stringify(await answers[request.do](request)));
  } catch (error) {
    console.log(JSON.stringify({ failed: String(error?.stack ?? error) }));
  }
}
process.exit(0);
