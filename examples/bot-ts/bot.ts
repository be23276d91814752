import { createClient, type Entry } from '@causerie/client';

const url = process.env['CAUSERIE_URL'] ?? 'http://127.0.0.1:3000';
const token = process.env['CAUSERIE_TOKEN'];
const chat = createClient({
  url,
  auth: token === undefined ? { guest: `Reminder ${process.pid}` } : { token }, // the name of a guest stays taken
  everyRoom: true, // hear every room without a hole, also after a time away
});

const HELP = 'Write "!remind 10 tea is ready" and I say so after ten minutes.';

function answer({ room, seq, author, text = '' }: Entry): void {
  const [, minutes, what] = /^!remind (\d{1,4}) (.+)$/s.exec(text) ?? [];
  if (what === undefined) return chat.send(room, { text: HELP, reply: seq });
  chat.send(room, { text: `In ${minutes} min, ${author.name}.`, reply: seq });
  setTimeout(() => chat.send(room, { text: `${author.name}: ${what}`, reply: seq }), Number(minutes) * 60_000);
}

chat.on('entry', (entry) => {
  if (entry.type === 'message' && entry.author.id !== chat.me?.id && entry.text?.startsWith('!remind'))
    answer(entry);
});
chat.on('rooms', (rooms) => {
  for (const { id, me } of rooms)
    if (me.state === 'invited') chat.act('room-join', { room: id }).catch(console.error);
});
chat.on('failed', ({ text, failure }) => console.error(`"${text}" was refused: ${failure?.message}`));
chat.on('state', (state) => {
  console.log(state.name, 'reason' in state ? state.reason : '');
  if (state.name === 'unauthorized') process.exitCode = 1;
});
process.once('SIGINT', () => chat.close());
