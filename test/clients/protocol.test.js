// The checks of the project's own protocol test suite (socketio/socket.io,
// docs/socket.io-protocol/v5-test-suite), made with the same library in the
// same way: a listener is attached for each message in turn, so a server that
// sends two packets too close together for that fails here as it fails there.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import WebSocket from "ws";
import { start } from "./server.js";

let server;
before(async () => { server = await start(); });
after(() => server.stop());

const httpURL = (query) => `${server.url}/socket.io/?${query}`;
const open = () => new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
const once = (socket, type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
const message = async (socket) => (await once(socket, "message")).data;

async function packets(socket, count) {
  const got = [];
  await new Promise((resolve) => {
    socket.addEventListener("message", function listen({ data }) {
      if (data === "2") return;
      if (got.push(data) === count) {
        socket.removeEventListener("message", listen);
        resolve();
      }
    });
  });
  return got;
}

async function connected() {
  const socket = open();
  socket.binaryType = "arraybuffer";
  await message(socket);
  socket.send("40");
  await message(socket);
  assert.equal(await message(socket), '42["auth",{}]');
  return socket;
}

describe("connect", () => {
  for (const { name, send, prefix, auth } of [
    { name: "main namespace", send: "40", prefix: "40", auth: '42["auth",{}]' },
    { name: "main namespace with payload", send: '40{"token":"123"}', prefix: "40", auth: '42["auth",{"token":"123"}]' },
    { name: "custom namespace", send: "40/custom,", prefix: "40/custom,", auth: '42/custom,["auth",{}]' },
    { name: "custom namespace with payload", send: '40/custom,{"token":"abc"}', prefix: "40/custom,", auth: '42/custom,["auth",{"token":"abc"}]' },
  ]) {
    it(name, async () => {
      const socket = open();
      await message(socket);
      socket.send(send);
      const data = await message(socket);
      assert.ok(data.startsWith(prefix), data);
      const handshake = JSON.parse(data.slice(prefix.length));
      assert.deepEqual(Object.keys(handshake), ["sid"]);
      assert.equal(typeof handshake.sid, "string");
      assert.equal(await message(socket), auth);
      socket.close();
    });
  }

  it("unknown namespace", async () => {
    const socket = open();
    await message(socket);
    socket.send("40/random");
    assert.equal(await message(socket), '44/random,{"message":"Invalid namespace"}');
    socket.close();
  });

  it("invalid handshake closes", async () => {
    const socket = open();
    await message(socket);
    socket.send("4abc");
    await once(socket, "close");
  });

  it("no handshake closes", async () => {
    await once(open(), "close");
  });
});

describe("disconnect", () => {
  it("main namespace: the connection lives on", async () => {
    const socket = await connected();
    socket.send("41");
    assert.equal(await message(socket), "2");
    socket.close();
  });

  it("custom namespace: the main one lives on", async () => {
    const socket = await connected();
    await message(socket); // ping
    socket.send("40/custom");
    await message(socket);
    await message(socket);
    socket.send("41/custom");
    socket.send('42["message","message to main namespace"]');
    assert.equal(await message(socket), '42["message-back","message to main namespace"]');
    socket.close();
  });
});

describe("message", () => {
  const binary = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)];
  const placeholders = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';

  for (const { name, send, want } of [
    { name: "plain text", send: '42["message",1,"2",{"3":[true]}]', want: '42["message-back",1,"2",{"3":[true]}]' },
    { name: "plain text with ack", send: '42456["message-with-ack",1,"2",{"3":[false]}]', want: '43456[1,"2",{"3":[false]}]' },
  ]) {
    it(name, async () => {
      const socket = await connected();
      socket.send(send);
      assert.equal(await message(socket), want);
      socket.close();
    });
  }

  for (const { name, send, want } of [
    { name: "binary", send: `452-["message",${placeholders}]`, want: `452-["message-back",${placeholders}]` },
    { name: "binary with ack", send: `452-789["message-with-ack",${placeholders}]`, want: `462-789[${placeholders}]` },
  ]) {
    it(name, async () => {
      const socket = await connected();
      socket.send(send);
      binary.forEach((data) => socket.send(data));
      const got = await packets(socket, 3);
      assert.equal(got[0], want);
      assert.deepEqual(new Uint8Array(got[1]), binary[0]);
      assert.deepEqual(new Uint8Array(got[2]), binary[1]);
      socket.close();
    });
  }

  for (const { name, send } of [
    { name: "unknown packet type closes", send: "4abc" },
    { name: "invalid payload closes", send: "42{}" },
    { name: "invalid ack id closes", send: '42abc["message-with-ack",1,"2",{"3":[false]}]' },
  ]) {
    it(name, async () => {
      const socket = await connected();
      socket.send(send);
      await once(socket, "close");
    });
  }
});

describe("polling", () => {
  it("the same packets over HTTP", async () => {
    const sid = JSON.parse((await (await fetch(httpURL("EIO=4&transport=polling"))).text()).slice(1)).sid;
    const session = httpURL(`EIO=4&transport=polling&sid=${sid}`);
    const post = async (body) => assert.equal(await (await fetch(session, { method: "POST", body })).text(), "ok");
    const poll = async () => (await (await fetch(session)).text()).split("\x1e").filter((packet) => packet !== "2");
    const want = async (count) => {
      const got = [];
      while (got.length < count) got.push(...(await poll()));
      return got;
    };
    await post("40");
    const [connect, auth] = await want(2);
    assert.match(connect, /^40\{"sid":".{20}"\}$/);
    assert.equal(auth, '42["auth",{}]');
    await post(`452-["message",${'{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'}]\x1ebAQID\x1ebBAUG`);
    assert.deepEqual(await want(3), [
      '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', "bAQID", "bBAUG",
    ]);
    await post("1");
  });
});
