// What stock clients do when the connection or the server goes away.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { io as newest } from "socket.io-client";
import { io as third } from "socket.io-client-3";
import { io as first4 } from "socket.io-client-4-first";
import { start } from "./server.js";

const clients = { "4.8": newest, "4.1": first4, 3.1: third };
const event = (socket, name) => new Promise((resolve) => socket.once(name, (...args) => resolve(args)));
const ask = (socket, name, ...args) => new Promise((resolve) => socket.emit(name, ...args, (...answer) => resolve(answer)));
const fast = { reconnectionDelay: 20, reconnectionDelayMax: 100, forceNew: true };

describe("server restart", () => {
  for (const [version, io] of Object.entries(clients)) {
    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      for (const signal of ["SIGTERM", "SIGKILL"]) {
        it(`client ${version}, ${transports.join("+")}, ${signal}: comes back by itself`, async () => {
          let server = await start();
          const socket = io(server.url, { ...fast, transports });
          try {
            await event(socket, "connect");
            const id = socket.id;
            const gone = event(socket, "disconnect");
            await server.stop(signal);
            const [reason] = await gone;
            assert.match(reason, /^(transport (close|error)|ping timeout)$/);
            const back = event(socket, "connect");
            server = await start({ port: server.port });
            await back;
            assert.notEqual(socket.id, id);
            assert.deepEqual(await ask(socket, "message-with-ack", "again"), ["again"]);
          } finally {
            socket.close();
            await server.stop();
          }
        });
      }
    }
  }
});

describe("the server closes the connection", () => {
  for (const [version, io] of Object.entries(clients)) {
    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      it(`client ${version}, ${transports.join("+")}: comes back by itself`, async () => {
        const server = await start();
        const socket = io(server.url, { ...fast, transports });
        try {
          await event(socket, "connect");
          const id = socket.id;
          const gone = event(socket, "disconnect");
          const back = gone.then(() => event(socket, "connect"));
          socket.emit("drop-me");
          assert.equal((await gone)[0], "transport close");
          await back;
          assert.notEqual(socket.id, id);
          assert.deepEqual(await ask(socket, "message-with-ack", "again"), ["again"]);
        } finally {
          socket.close();
          await server.stop();
        }
      });
    }
  }
});

describe("connection state recovery", () => {
  for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
    it(`${transports.join("+")}: same id, rooms, and what was missed`, async () => {
      const server = await start({ flags: ["-recovery", "-ping-interval", "25s", "-ping-timeout", "20s"] });
      const a = newest(server.url, { ...fast, transports });
      const b = newest(server.url, { ...fast, transports });
      try {
        const first = event(a, "auth"); // the client learns its offset
        await Promise.all([event(a, "connect"), event(b, "connect"), first]);
        const [id] = await ask(a, "who-am-i");
        await ask(a, "join", "blue");
        const heard = [];
        a.on("shouted", (text) => heard.push(text));
        a.io.reconnection(false);
        const gone = event(a, "disconnect");
        a.io.engine.close();
        await gone;
        for (const text of ["one", "two", "three"]) b.emit("shout", "blue", text);
        b.emit("shout", "red", "not for a");
        await ask(b, "message-with-ack");
        a.io.reconnection(true);
        const back = event(a, "connect");
        a.connect();
        await back;
        assert.equal(a.recovered, true);
        assert.equal(a.id, id);
        b.emit("shout", "blue", "four");
        await ask(b, "message-with-ack");
        assert.deepEqual((await ask(a, "who-am-i")).slice(0, 1), [id]);
        assert.deepEqual(heard, ["one", "two", "three", "four"]);
      } finally {
        a.close();
        b.close();
        await server.stop();
      }
    });
  }
});
