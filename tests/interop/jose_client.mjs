// SPDX-License-Identifier: MIT
// Calls the npm package jose for test_jose_npm.py: to encrypt, to decrypt, and to sign. One JSON request a line on standard
// input, one JSON answer a line on standard output.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.argv[2] + '/');
const jose = await import(pathToFileURL(require.resolve('jose')).href);

const work = {
  async encrypt({ alg, enc, jwk, text, header }) {
    const key = await jose.importJWK(jwk, alg);
    const bytes = new TextEncoder().encode(text);
    return { token: await new jose.CompactEncrypt(bytes).setProtectedHeader({ alg, enc, ...header }).encrypt(key) };
  },
  async decrypt({ alg, enc, jwk, token }) {
    const key = await jose.importJWK(jwk, alg);
    const options = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc] };
    const { plaintext, protectedHeader } = await jose.compactDecrypt(token, key, options);
    return { text: new TextDecoder().decode(plaintext), header: protectedHeader };
  },
  async sign({ alg, jwk, claims }) {
    const key = await jose.importJWK(jwk, alg);
    return { token: await new jose.SignJWT(claims).setProtectedHeader({ alg }).sign(key) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await work[request.do](request);
  } catch (error) {
    answer = { error: error.code ?? String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
