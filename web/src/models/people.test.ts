import { expect, test } from 'vitest';
import { People } from './people';

const joined = (user: string) => ({ user, event: 'joined' as const });
const left = (user: string) => ({ user, event: 'left' as const });

test('a small room is counted exactly, whatever comes twice', () => {
  const people = new People();
  people.replace({ people: ['Ann', 'Bob'], total: 2 });
  expect(people.apply(joined('Cy'))).toBe(true);
  expect(people.apply(joined('Cy'))).toBe(false);
  expect(people.apply(left('Ann'))).toBe(true);
  expect(people.apply(left('Ann'))).toBe(false);
  expect(people.names).toEqual(['Bob', 'Cy']);
  expect(people.total).toBe(2);
});

test('a crowd is counted although only some are named', () => {
  const people = new People();
  people.replace({ people: ['Ann', 'Bob'], total: 1000 });
  people.apply(left('somebody unseen'));
  people.apply(joined('Cy'));
  people.apply(left('Bob'));
  expect(people.names).toEqual(['Ann', 'Cy']);
  expect(people.total).toBe(999);
});

test('the number is never below the names', () => {
  const people = new People();
  people.replace({ people: ['Ann', 'Bob'], total: 1 });
  expect(people.total).toBe(2);
});

test('the list is the same object until it changes', () => {
  const people = new People();
  people.replace({ people: ['Ann'], total: 1 });
  const before = people.names;
  people.apply(joined('Ann'));
  expect(people.names).toBe(before);
  people.apply(joined('Bob'));
  expect(people.names).not.toBe(before);
});
