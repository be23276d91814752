import { mount } from 'svelte';
import App from './App.svelte';
import { Link } from './connection/link';
import { newSocket, newWire } from './connection/socket';
import { Memory } from './connection/storage';
import { listen } from './events';
import { Chat } from './models/chat';
import { ChatState } from './state/chat.svelte';
import './styles/index.css';

const memory = new Memory();
const socket = newSocket(memory.secret());
const chat = new Chat({
  wire: newWire(socket),
  shelf: memory.outbox(),
  identity: memory.identity(),
  onChange: () => state.changed(),
});
const link = new Link({
  socket,
  onOnline: () => chat.connected(),
  onLost: () => chat.disconnected(),
  onChange: () => state.changed(),
});
const state: ChatState = new ChatState(chat, link);

listen((event, listener) => socket.on(event, listener as () => void), chat);
addEventListener('online', () => link.network(true));
addEventListener('offline', () => link.network(false));
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') link.retryNow();
});

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element with the id app.');
mount(App, { target, props: { state, memory } });
chat.restore();
link.open();
