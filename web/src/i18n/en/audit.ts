import { plural } from '../plural';

/** A sentence per act of power. `room` and `whom` are names, isolated already. */
export const audit = {
  'message-delete': (by: string, room: string, whom: string) =>
    `${by} deleted a message of ${whom} in ${room}`,
  'room-change archived': (by: string, room: string) => `${by} archived ${room}`,
  'room-change opened': (by: string, room: string) => `${by} opened ${room} again`,
  'room-change': (by: string, room: string) => `${by} changed ${room}`,
  'room-remove': (by: string, room: string, whom: string) => `${by} removed ${whom} from ${room}`,
  'room-ban': (by: string, room: string, whom: string) => `${by} banned ${whom} from ${room}`,
  'room-unban': (by: string, room: string, whom: string) => `${by} let ${whom} into ${room} again`,
  'room-mute': (by: string, room: string, whom: string) => `${by} muted ${whom} in ${room}`,
  'room-unmute': (by: string, room: string, whom: string) => `${by} let ${whom} write in ${room} again`,
  'room-rank': (by: string, room: string, whom: string) => `${by} gave ${whom} a new rank in ${room}`,
  'room-rank owner': (by: string, room: string, whom: string) => `${by} made ${whom} an owner of ${room}`,
  'room-rank moderator': (by: string, room: string, whom: string) =>
    `${by} made ${whom} a moderator of ${room}`,
  'room-rank member': (by: string, room: string, whom: string) =>
    `${by} made ${whom} an ordinary member of ${room}`,
  'invitation-create': (by: string) => `${by} made an invitation link`,
  'invitation-revoke': (by: string) => `${by} revoked an invitation link`,
  'person-role': (by: string, _room: string, whom: string) => `${by} gave ${whom} another role`,
  'person-role owner': (by: string, _room: string, whom: string) =>
    `${by} made ${whom} an owner of the server`,
  'person-role admin': (by: string, _room: string, whom: string) => `${by} made ${whom} an administrator`,
  'person-role member': (by: string, _room: string, whom: string) => `${by} made ${whom} a member`,
  'person-role guest': (by: string, _room: string, whom: string) => `${by} made ${whom} a guest`,
  'person-disable': (by: string, _room: string, whom: string) => `${by} disabled the account of ${whom}`,
  'person-enable': (by: string, _room: string, whom: string) => `${by} enabled the account of ${whom} again`,
  'person-kick': (by: string, _room: string, whom: string) => `${by} signed out ${whom} everywhere`,
  'person-purge': (by: string, _room: string, whom: string) => `${by} deleted all messages of ${whom}`,
  'person-purge room': (by: string, room: string, whom: string) =>
    `${by} deleted all messages of ${whom} in ${room}`,
  'person-reset': (by: string, _room: string, whom: string) => `${by} made a password link for ${whom}`,
  'report-resolve': (by: string) => `${by} decided a report`,
  'report-resolve kept': (by: string, room: string, whom: string) =>
    `${by} kept a reported message of ${whom} in ${room}`,
  'report-resolve deleted': (by: string, room: string, whom: string) =>
    `${by} deleted a reported message of ${whom} in ${room}`,
  'report-resolve banned': (by: string, room: string, whom: string) =>
    `${by} deleted a reported message of ${whom} and banned them from ${room}`,
  'settings-change': (by: string) => `${by} changed the settings of the server`,
  other: (by: string) => `${by} did something this page does not know yet`,
  erased: (count: number) => plural('en', count, { one: '1 message', other: `${count} messages` }),
  someRoom: 'a room',
  somebody: 'somebody',
};
