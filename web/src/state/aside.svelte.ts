/** What stands beside the open room. A thread has an address and goes before it. */
class Aside {
  open = $state<'members' | 'pins' | null>(null);

  toggle(name: 'members' | 'pins'): void {
    this.open = this.open === name ? null : name;
  }

  close(): void {
    this.open = null;
  }
}

export const aside = new Aside();
