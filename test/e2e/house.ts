import type { Account } from './account';

/** A house that people live in: there is something to see in every view of the app. */
export interface House {
  readonly garden: string;
  /** Seq of the message in the garden that began a thread. */
  readonly root: number;
  /** Seq of a message in the garden that somebody else than the owner wrote. */
  readonly asked: number;
  readonly direct: string;
  readonly person: string;
  /** The parts after # of links that somebody was sent. */
  readonly invitation: string;
  readonly reset: string;
}

const CODE = '```go\nfunc main() {\n\tfmt.Println("你好")\n}\n```';

/** Lets the owner and two friends live there for a while. */
export async function furnish(
  owner: Account,
  member: (name: string) => Promise<Account>,
): Promise<House> {
  const [femke, lin, zed] = [await member('Femke'), await member('林小雨'), await member('Zed')];
  const garden = await owner.create('Garden', { topic: 'Tomatoes, mostly' });
  for (const one of [femke, lin, zed]) await one.enter(garden);
  const root = await owner.say('Who has seen the **watering can**?', garden.id);
  await femke.say('It is behind the shed.', garden.id, { thread: root });
  await owner.say('Found it.', garden.id, { thread: root });
  await femke.say('With a hole in it, I fear.', garden.id, { thread: root });
  await owner.do('PUT', `/rooms/${garden.id}/read`, { seq: root });
  const asked = await femke.say('@Olga see https://example.org/tomatoes, and run `make`:', garden.id);
  await lin.say(CODE, garden.id);
  await lin.say('太好了！', garden.id, { reply: asked });
  await owner.do('PUT', `/rooms/${garden.id}/messages/${asked}/reactions/${encodeURIComponent('👍')}`, {});
  await owner.do('PUT', `/rooms/${garden.id}/pins/${asked}`, {});
  await owner.do('PUT', `/saved/${garden.id}/${asked}`, {});
  const wrong = await zed.say('Buy cheap seeds at my place', garden.id);
  await lin.do('POST', '/reports', { room: garden.id, seq: wrong, reason: 'Advertising' });
  await owner.do('PUT', `/rooms/${garden.id}/bans/${zed.id}`, { reason: 'Advertising' });
  await owner.do('PUT', `/blocks/${zed.id}`, {});
  await lin.do('PUT', `/rooms/${garden.id}/messages/${asked}/reactions/${encodeURIComponent('🎉')}`, {});
  const gone = await owner.say('Never mind', garden.id);
  await owner.do('DELETE', `/rooms/${garden.id}/messages/${gone}`);
  const edited = await owner.say('Thanks', garden.id);
  await owner.do('PATCH', `/rooms/${garden.id}/messages/${edited}`, { text: 'Thanks a lot' });
  const direct = await owner.direct(lin);
  await lin.say('明天见？', direct.id);
  await owner.create('News', { kind: 'announcement' });
  const attic = await owner.create('Attic', { kind: 'private' });
  await owner.do('PATCH', `/rooms/${attic.id}`, { archived: true });
  await owner.do('PATCH', `/rooms/${garden.id}/prefs`, { favourite: true });
  await owner.do('POST', '/tokens', { name: 'Weather bot', scopes: ['write'], days: 30 });
  await owner.do('PATCH', '/me', { status: 'In the garden' });
  await femke.say('Good morning, everybody');
  return {
    garden: garden.id,
    root,
    asked,
    direct: direct.id,
    person: lin.id,
    invitation: await invite(owner, { uses: 5, days: 7, room: garden.id }),
    reset: (await owner.do<{ code: string }>('POST', `/people/${femke.id}/reset`)).code,
  };
}

/** Makes an invitation and returns its code. */
export async function invite(by: Account, wanted: object = {}): Promise<string> {
  const made = await by.do<{ invitation: { code: string } }>('POST', '/invitations', wanted);
  return made.invitation.code;
}
