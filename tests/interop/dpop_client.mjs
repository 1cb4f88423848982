// SPDX-License-Identifier: MIT
// An issuer and a client by other authors, for test_dpop.py: oidc-provider issues tokens that are bound by DPoP, and the
// package dpop makes the proofs. One JSON request a line on standard input, one JSON answer a line on standard output.
import http from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.argv[2] + '/');
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const DPoP = await load('dpop');
const { default: Provider } = await load('oidc-provider');

const AUDIENCE = 'orders';
const server = http.createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: 'c', client_secret: 's', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    token_endpoint_auth_method: 'client_secret_post' }],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true },
    resourceIndicators: { enabled: true, defaultResource: () => 'urn:orders', useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: 'orders:read', audience: AUDIENCE, accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } } }) },
  },
});
server.on('request', provider.callback());

let keys;
const answers = {
  async token({ alg }) {
    keys = await DPoP.generateKeyPair(alg);
    const url = `${issuer}/token`;
    const answer = await fetch(url, { method: 'POST', headers: { DPoP: await DPoP.generateProof(keys, url, 'POST') },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'c', client_secret: 's', scope: 'orders:read' }) });
    return await answer.json();
  },
  async proof({ url, method, token, nonce }) {
    return { proof: await DPoP.generateProof(keys, url, method, nonce, token) };
  },
  // Sends a given proof to the token endpoint.
  async redeem({ proof }) {
    const answer = await fetch(`${issuer}/token`, { method: 'POST', headers: { DPoP: proof },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'c', client_secret: 's' }) });
    return { status: answer.status, ...await answer.json() };
  },
};

console.log(JSON.stringify({ issuer }));
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(await answers[request.do](request)));
}
process.exit(0);
