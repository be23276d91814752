"""A bot that answers "!ping": Python and nothing else, written from docs/events.md alone."""

import hashlib, http.client, itertools, json, os, random, sys, time, urllib.request, uuid

URLS = os.environ.get("CAUSERIE_URL", "http://127.0.0.1:3000").split(",")
TOKEN = os.environ.get("CAUSERIE_TOKEN")
SEND_AGAIN, LATER = 10, ("rate-limited", "unavailable", "internal")  # seconds without an ack; codes

cursor = lambda of: (of["seq"], of["fp"])
link = lambda fp, id: hashlib.sha1(bytes.fromhex(fp) + uuid.UUID(id).bytes).hexdigest()[:16]


class Bot:
    def __init__(self):
        self.auth, self.me = {"token": TOKEN} if TOKEN else {"guest": f"Ping {os.getpid()}"}, None
        self.cursors = {}  # room: how far it is heard
        self.aside = {}  # room: seq: entry, what came after a hole
        self.outbox = {}  # id: [message, when to send it again], until it is acknowledged
        self.asked, self.number = {}, 0  # ack number: what to do with the answer

    def request(self, packet=None):
        with urllib.request.urlopen(self.url, packet and packet.encode(), timeout=60) as answer:
            return answer.read().decode()

    def run(self, server):
        self.url = server + "/socket.io/?EIO=4&transport=polling"
        self.url += "&sid=" + json.loads(self.request()[1:])["sid"]
        self.asked, self.aside = {}, {}
        resume = {room: {"seq": seq, "fp": fp} for room, (seq, fp) in self.cursors.items()}
        self.request("40/chat," + json.dumps({**self.auth, "resume": resume}))
        while True:
            for packet in self.request().split("\x1e"):
                self.packet(packet)
            for message in [message for message, when in self.outbox.values() if when < time.time()]:
                self.send(message)

    def packet(self, packet):
        kind, _, body = packet.partition("/chat,")
        data = json.loads(body[body.index("["):]) if "[" in body else body
        if kind == "2":
            self.request("3")  # a ping wants a pong
        elif kind == "42":
            self.told(*data)
        elif kind == "43":
            self.asked.pop(int(body[: body.index("[")]))(data[0])
        elif kind == "44":
            raise PermissionError(body)

    def act(self, name, payload, answered=print):
        self.number += 1
        self.asked[self.number] = answered
        self.request(f"42/chat,{self.number}" + json.dumps([name, payload]))

    def told(self, name, payload):
        if name == "welcome":
            self.me, self.auth = payload["me"]["id"], {"token": payload.get("token") or self.auth["token"]}
            for sending in self.outbox.values():
                sending[1] = 0  # its ack may be lost; the same id is the same message
            self.resumed({"rooms": payload.get("resumed", {})})
        for room in payload["rooms"] if name == "welcome" else [payload["room"]] if name == "room-added" else []:
            if room["me"]["state"] == "invited":
                self.act("room-join", {"room": room["id"]})
            else:
                self.cursors.setdefault(room["id"], cursor(room["head"]))
        if name == "room-removed":
            self.cursors.pop(payload["room"], None)
        elif name == "reset":
            self.resumed({"rooms": {payload["room"]: {"reset": True, **payload}}})
        elif name == "entry":
            self.entry(payload)

    def resumed(self, answer):
        if "error" in answer:
            raise ConnectionError(answer["error"]["message"])
        for room, missed in answer["rooms"].items():
            aside = self.aside.pop(room, {})
            if missed.get("gone"):
                self.cursors.pop(room, None)
            elif missed.get("reset"):
                self.cursors[room] = cursor(missed["head"])
            for entry in missed.get("entries", []) + [aside[seq] for seq in sorted(aside)]:
                self.entry(entry)

    def entry(self, entry):
        room, seq = entry["room"], entry["seq"]
        last, fp = self.cursors.get(room, (seq, ""))
        if seq == last + 1 and entry["fp"] == link(fp, entry["id"]):
            self.cursors[room] = cursor(entry)
            self.heard(entry)
        elif seq > last:
            if room not in self.aside:  # a hole: ask, once, for what is missing
                self.act("resume", {"rooms": {room: {"seq": last, "fp": fp}}}, self.resumed)
            self.aside.setdefault(room, {})[seq] = entry

    def heard(self, entry):
        if entry["type"] == "message" and entry["text"].strip() == "!ping" and entry["author"]["id"] != self.me:
            answer = str(uuid.uuid5(uuid.UUID(entry["id"]), self.me))  # heard twice, it is answered once
            self.send({"room": entry["room"], "id": answer, "text": "pong", "reply": entry["seq"]})

    def send(self, message):
        self.outbox[message["id"]] = [message, time.time() + SEND_AGAIN]
        self.act("message-send", message, lambda answer: self.sent(message["id"], answer))

    def sent(self, id, answer):
        if answer["ok"] or answer["error"]["code"] not in LATER:
            self.outbox.pop(id, None)  # it is kept, or it never will be
        print("pong" if answer["ok"] else answer["error"]["message"], flush=True)


bot = Bot()
for server in itertools.cycle(URLS):
    try:
        bot.run(server)
    except PermissionError as refused:
        if json.loads(str(refused))["data"]["code"] not in LATER:
            sys.exit(refused)
    except (OSError, http.client.HTTPException) as lost:
        print(lost, file=sys.stderr, flush=True)
    time.sleep(1 + random.random())
