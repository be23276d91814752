// Puts the stock client into the build, so that a page of somebody else can
// load it from the server it talks to, as it can from a Node server:
// <script src="https://chat.example.org/socket.io/socket.io.min.js">
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const FROM = new URL('../node_modules/socket.io-client/dist', import.meta.url).pathname;
const TO = new URL('../dist/app/socket.io', import.meta.url).pathname;

mkdirSync(TO, { recursive: true });
for (const file of ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js']) {
  copyFileSync(join(FROM, file), join(TO, file));
}
