import { tick } from 'svelte';

/** Takes whoever has submitted a form to the first field that is wrong in it, also when it was wrong before. */
export async function focusBlamed(form: HTMLFormElement): Promise<void> {
  await tick();
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
