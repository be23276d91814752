import { attempt } from './explain';
import { place } from './place.svelte';
import { session } from './session.svelte';

/** Opens the direct room with these people, which is made if there is none. Whether that worked. */
export async function openDirect(people: readonly string[]): Promise<boolean> {
  const answer = await attempt(session.client.act('room-direct', { people }));
  if (answer !== undefined) place.go({ name: 'room', room: answer.room.id });
  return answer !== undefined;
}
