import { mount } from 'svelte';
import App from './App.svelte';
import './state/prefs.svelte';
import { place } from './state/place.svelte';
import { preferences } from './state/preferences.svelte';
import { session } from './state/session.svelte';
import { inSpareTime } from './state/spare';
import './styles/index.css';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element with the id app.');
place.listen();
void session.open();
await preferences.ready;
// A pause for what else there is to do: on a slow phone each of the two takes a while.
await new Promise((resolve) => setTimeout(resolve));
mount(App, { target });
// What is kept for a visit without a network comes after what this one waits for.
if (import.meta.env.PROD)
  void session.arrived.then(() =>
    inSpareTime(() => void import('./installed').then(({ install }) => install())),
  );
