// Stock clients of three generations, on each transport.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { io as newest } from "socket.io-client";
import { io as third } from "socket.io-client-3";
import { io as first4 } from "socket.io-client-4-first";
import { start } from "./server.js";

const clients = { "4.8": newest, "4.1": first4, 3.1: third };
const transports = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

const event = (socket, name) => new Promise((resolve) => socket.once(name, (...args) => resolve(args)));
const ask = (socket, name, ...args) => new Promise((resolve) => socket.emit(name, ...args, (...answer) => resolve(answer)));

let server;
before(async () => {
  server = await start({ flags: ["-ping-interval", "25s", "-ping-timeout", "20s", "-connect-timeout", "45s"] });
});
after(() => server.stop());

for (const [version, io] of Object.entries(clients)) {
  for (const [mode, list] of Object.entries(transports)) {
    describe(`client ${version}, ${mode}`, () => {
      const open = [];
      const connect = async (path = "/", options = {}) => {
        const socket = io(server.url + path, { transports: list, forceNew: true, reconnection: false, ...options });
        open.push(socket);
        const auth = event(socket, "auth");
        await event(socket, "connect");
        if (mode === "upgrade" && socket.io.engine.transport.name !== "websocket") await event(socket.io.engine, "upgrade");
        return { socket, auth: (await auth)[0] };
      };
      after(() => open.forEach((socket) => socket.close()));

      it("sends the auth payload", async () => {
        const { socket, auth } = await connect("/", { auth: { token: "abc" } });
        assert.equal(socket.id.length, 20);
        assert.deepEqual(auth, { token: "abc" });
      });

      it("joins fixed and dynamic namespaces", async () => {
        assert.deepEqual((await connect("/custom")).auth, {});
        assert.deepEqual((await connect("/dynamic-7")).auth, {});
      });

      it("is told why it is refused", async () => {
        for (const [path, message, data] of [
          ["/nowhere", "Invalid namespace", undefined],
          ["/refusing", "not authorized", { code: 401 }],
        ]) {
          const socket = io(server.url + path, { transports: list, forceNew: true, reconnection: false });
          open.push(socket);
          const [error] = await event(socket, "connect_error");
          assert.equal(error.message ?? error, message);
          assert.deepEqual(error.data, data);
        }
      });

      it("gets events back", async () => {
        const { socket } = await connect();
        const args = [1, "zwei", { drei: [true, null], "ключ": "价值 😀" }, []];
        const back = event(socket, "message-back");
        socket.emit("message", ...args);
        assert.deepEqual(await back, args);
      });

      it("gets acknowledgements", async () => {
        const { socket } = await connect();
        assert.deepEqual(await ask(socket, "message-with-ack", 1, { a: "b" }), [1, { a: "b" }]);
        const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(socket, "message-with-ack", i)));
        assert.deepEqual(answers, Array.from({ length: 50 }, (_, i) => [i]));
      });

      it("acknowledges", async () => {
        const { socket } = await connect();
        socket.on("question", (text, reply) => reply(`${text}? yes`));
        const said = event(socket, "you-said");
        socket.emit("ask-me", "well");
        assert.deepEqual(await said, [["well? yes"]]);
      });

      it("exchanges binary data", async () => {
        const { socket } = await connect();
        const bytes = Buffer.from([0, 1, 2, 0x1e, 253, 254, 255]);
        const big = Buffer.alloc(200_000, 7);
        const back = event(socket, "message-back");
        socket.emit("message", { deep: [{ bytes }] }, big, "text");
        const [nested, same, text] = await back;
        assert.deepEqual(Buffer.from(nested.deep[0].bytes), bytes);
        assert.deepEqual(Buffer.from(same), big);
        assert.equal(text, "text");
        const [answer] = await ask(socket, "message-with-ack", bytes);
        assert.deepEqual(Buffer.from(answer), bytes);
      });

      it("keeps the order of many events", async () => {
        const { socket } = await connect();
        const got = [];
        const all = new Promise((resolve) => socket.on("message-back", (i) => got.push(i) === 300 && resolve()));
        for (let i = 0; i < 300; i++) socket.emit("message", i);
        await all;
        assert.deepEqual(got, Array.from({ length: 300 }, (_, i) => i));
      });

      it("hears its rooms and not others", async () => {
        const { socket: a } = await connect();
        const { socket: b } = await connect();
        const heard = [];
        a.on("shouted", (text) => heard.push(text));
        await ask(a, "join", "blue");
        b.emit("shout", "red", "not for a");
        b.emit("shout", "blue", "for a");
        await ask(b, "message-with-ack");
        await ask(a, "message-with-ack");
        assert.deepEqual(heard, ["for a"]);
      });

      it("reaches everybody else", async () => {
        const { socket: a } = await connect("/dynamic-others");
        const { socket: b } = await connect("/dynamic-others");
        let own = 0;
        a.on("told", () => own++);
        const told = event(b, "told");
        a.emit("tell-others", "hello");
        assert.deepEqual(await told, ["hello"]);
        await ask(a, "message-with-ack");
        assert.equal(own, 0);
      });

      it("gets volatile events when it is ready", async () => {
        const { socket } = await connect();
        for (;;) {
          const back = event(socket, "volatile-back");
          socket.volatile.emit("volatile", 1);
          const answered = ask(socket, "message-with-ack").then(() => null);
          const got = await Promise.race([back, answered]);
          if (got) {
            assert.deepEqual(got, [1]);
            break;
          }
        }
      });

      it("is told when it is disconnected", async () => {
        const { socket } = await connect();
        let gone = event(socket, "disconnect");
        socket.emit("kick-me");
        assert.equal((await gone)[0], "io server disconnect");
        const { socket: other } = await connect();
        gone = event(other, "disconnect");
        other.emit("cut-me");
        assert.equal((await gone)[0], "io server disconnect");
      });
    });
  }
}
