// The chat of the article: nicknames, joined and left, typing, and messages
// that go into a Redis list before everybody gets them. It is what a careful
// reader of the article would run; nothing is slowed down, nothing tuned.
import { createServer } from "node:http";
import { createClient } from "redis";
import { Server } from "socket.io";

const redis = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
redis.on("error", (err) => console.error(err.message));
await redis.connect();

const http = createServer();
const io = new Server(http);
const nicknames = new Set();

io.on("connection", (socket) => {
  socket.on("set-nickname", (nickname, callback) => {
    if (nicknames.has(nickname)) {
      callback(false);
      return;
    }
    nicknames.add(nickname);
    socket.nickname = nickname;
    callback(true);
    io.emit("users-changed", { user: nickname, event: "joined" });
  });

  socket.on("chat-message", async ({ message }) => {
    const entry = { nickname: socket.nickname, message, at: Date.now() };
    await redis.rPush("messages", JSON.stringify(entry));
    io.emit("chat-message", entry);
  });

  socket.on("typing", () => {
    socket.broadcast.emit("typing", socket.nickname);
  });

  socket.on("disconnect", () => {
    if (socket.nickname === undefined) return;
    nicknames.delete(socket.nickname);
    io.emit("users-changed", { user: socket.nickname, event: "left" });
  });
});

http.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
