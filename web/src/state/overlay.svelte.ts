/** The dialogs that can be opened from several places. One is open at a time. */
export type Overlay =
  | {
      readonly name:
        'switcher' | 'shortcuts' | 'browse' | 'create-room' | 'new-direct' | 'status' | 'upgrade';
    }
  | { readonly name: 'invite' | 'edit-room'; readonly room: string }
  /** Who somebody is, and what can be done about them; with a room, also there. */
  | { readonly name: 'profile'; readonly person: string; readonly room?: string }
  /** Something that cannot be taken back easily. */
  | {
      readonly name: 'confirm';
      readonly title: string;
      /** What is done, on the button. */
      readonly verb: string;
      /** What it means. */
      readonly about: string;
      readonly danger?: boolean;
      readonly act: () => Promise<unknown>;
    }
  /** Tells the owners of the house about a message. */
  | { readonly name: 'report'; readonly room: string; readonly seq: number };

class Overlays {
  open = $state.raw<Overlay | null>(null);

  constructor() {
    // "Back" leads to another place, about which an open dialog says nothing.
    addEventListener('popstate', () => this.close());
  }

  show(overlay: Overlay): void {
    this.open = overlay;
  }

  close(): void {
    this.open = null;
  }
}

export const overlays = new Overlays();
